"""What may be allowed around signing members in and scanning their codes."""

SIGNIN_CODES_CREATE = "signin_codes:create"
SCANS_CREATE = "scans:create"
PROOFS_CREATE = "proofs:create"
PROOFS_OVERRIDE = "proofs:override"
