"""What may be allowed here."""

from services.shared.actors import for_whole_shop

MEMBERS_ERASE = for_whole_shop("members:erase")
MINORS_EXPORT = for_whole_shop("minors:export")  # the yearly audit of what is kept of minors
