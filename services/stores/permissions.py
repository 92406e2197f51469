"""What may be allowed around stores and settings."""

STORES_READ = "stores:read"
STORES_CHANGE = "stores:change"
SETTINGS_READ = "settings:read"
SETTINGS_CHANGE = "settings:change"
