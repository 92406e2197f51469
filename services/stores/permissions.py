"""What may be allowed around stores and settings."""

from services.shared.actors import for_whole_shop

STORES_READ = "stores:read"
STORES_CHANGE = "stores:change"
STORES_CREATE = for_whole_shop("stores:create")  # and their order, in which everybody sees them
SETTINGS_READ = "settings:read"
SETTINGS_CHANGE = for_whole_shop("settings:change")
