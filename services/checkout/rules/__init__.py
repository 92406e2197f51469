"""Pure rules of a sale: what a cart costs (pricing), how it may be paid (tenders), what a quote's id holds (quotes)."""
