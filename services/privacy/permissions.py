"""What may be allowed here."""

MEMBERS_ERASE = "members:erase"
