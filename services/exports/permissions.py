"""What may be allowed here. A list needs its own permission beside this one."""

EXPORTS_CREATE = "exports:create"
