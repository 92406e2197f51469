"""What may be allowed here."""

MEMBERS_MERGE = "members:merge"
