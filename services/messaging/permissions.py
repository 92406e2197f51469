"""What may be allowed here."""

MESSAGES_READ = "messages:read"
MESSAGES_SEND = "messages:send"
