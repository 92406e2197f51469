"""What may be allowed here."""

from services.shared.actors import for_whole_shop

FIELDS_CHANGE = for_whole_shop("fields:change")
FIELDS_READ_PRIVATE = "fields:read_private"  # values of fields that not everybody may see
