"""What may be allowed here."""

ORDERS_READ = "orders:read"
INVOICES_READ = "invoices:read"
INVOICES_CREATE = "invoices:create"
INVOICES_SETTLE = "invoices:settle"
