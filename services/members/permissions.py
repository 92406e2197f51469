"""What may be allowed here."""

from services.shared.actors import for_whole_shop

MEMBERS_READ = "members:read"
MEMBERS_CREATE = "members:create"
MEMBERS_CHANGE = "members:change"
MEMBERS_PHONES = "members:phones"  # whole phone numbers and years of birth, everywhere
MEMBERS_REVEAL = "members:reveal"  # those of one member, written down
MEMBERS_ARCHIVE = "members:archive"
BIRTHDAYS_CHANGE = "birthdays:change"  # more than once in 365 days
REGISTRATION_LINKS_CHANGE = "registration_links:change"
CONSENT_TEXTS_CREATE = for_whole_shop("consent_texts:create")
