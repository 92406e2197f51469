"""What may be allowed here."""

ORDERS_READ = "orders:read"
