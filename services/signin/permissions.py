"""What may be allowed around signing members in and scanning their codes."""

SIGNIN_CODES_CREATE = "signin_codes:create"
SCANS_CREATE = "scans:create"
PROOFS_CREATE = "proofs:create"
PROOFS_OVERRIDE = "proofs:override"
STAFF_RECOVER = "staff:recover"  # a one-time code for a colleague who lost the password
SHOP_DEVICES_CHANGE = "shop_devices:change"
FREEZES_LIFT = "freezes:lift"  # after a member reported something that was not theirs
