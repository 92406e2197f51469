"""What may be allowed here."""

INTERACTIONS_READ = "interactions:read"
INTERACTIONS_CREATE = "interactions:create"
INTERACTIONS_REMOVE = "interactions:remove"  # also what others wrote
