"""What may be allowed here."""

PRODUCTS_READ = "products:read"
PRODUCTS_CHANGE = "products:change"
PRODUCTS_SELL_OUT = "products:sell_out"
