"""What may be allowed around staff and tokens."""

from services.shared.actors import for_whole_shop

STAFF_READ = "staff:read"
STAFF_CHANGE = "staff:change"
ROLES_CHANGE = for_whole_shop("roles:change")
TOKENS_CREATE = for_whole_shop("tokens:create")
KIT_READ = "kit:read"
