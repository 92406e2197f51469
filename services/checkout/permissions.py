"""What may be allowed here."""

QUOTES_CREATE = "quotes:create"
ORDERS_CREATE = "orders:create"
