"""What may be allowed here. `tills:audit` sees what should be in a drawer and what was missing; without it counting is blind."""

TILLS_READ = "tills:read"
TILLS_OPEN = "tills:open"
TILLS_ENTER = "tills:enter"
TILLS_CLOSE = "tills:close"
TILLS_AUDIT = "tills:audit"
