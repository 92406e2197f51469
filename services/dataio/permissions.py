"""What may be allowed here."""

from services.shared.actors import for_whole_shop

IMPORTS_CREATE = for_whole_shop("imports:create")
