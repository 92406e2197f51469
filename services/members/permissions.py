"""What may be allowed here."""

MEMBERS_READ = "members:read"
MEMBERS_CREATE = "members:create"
MEMBERS_CHANGE = "members:change"
MEMBERS_ARCHIVE = "members:archive"
BIRTHDAYS_CHANGE = "birthdays:change"  # more than once in 365 days
REGISTRATION_LINKS_CHANGE = "registration_links:change"
