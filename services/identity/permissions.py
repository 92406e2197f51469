"""What may be allowed around staff and tokens."""

STAFF_READ = "staff:read"
STAFF_CHANGE = "staff:change"
ROLES_CHANGE = "roles:change"
TOKENS_CREATE = "tokens:create"
KIT_READ = "kit:read"
