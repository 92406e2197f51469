"""What may be allowed here. Who decides must also be allowed what was asked for, and never decides what they asked for themselves."""

APPROVALS_READ = "approvals:read"
APPROVALS_DECIDE = "approvals:decide"
