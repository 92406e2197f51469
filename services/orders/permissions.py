"""What may be allowed here."""

ORDERS_READ = "orders:read"
ORDERS_REVIEW = "orders:review"
INVOICES_READ = "invoices:read"
INVOICES_CREATE = "invoices:create"
INVOICES_SETTLE = "invoices:settle"
