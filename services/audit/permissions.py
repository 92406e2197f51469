"""What may be allowed here."""

AUDIT_READ = "audit:read"
AUDIT_EXPORT = "audit:export"
