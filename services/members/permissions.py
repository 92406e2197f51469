"""What may be allowed here."""

MEMBERS_READ = "members:read"
MEMBERS_CREATE = "members:create"
MEMBERS_CHANGE = "members:change"
REGISTRATION_LINKS_CHANGE = "registration_links:change"
