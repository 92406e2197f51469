"""Pricing a cart and checking a sale (`quotes`), and who buys (`customers`)."""

from services.checkout.queries.agreements import UNSOLD
from services.checkout.queries.coupons import (
    CouponCost,
    get_coupon_total,
    get_most_saved,
    list_coupon_costs,
    list_redeemable,
)
from services.checkout.queries.customers import Buyer, Standing, get_standing, load_buyer
from services.checkout.queries.examples import Example, list_examples
from services.checkout.queries.offline import Seller, get_credential, get_seller, key_of_counter, list_totals_now
from services.checkout.queries.quotes import (
    Counter,
    Quote,
    Sale,
    get_quote,
    get_sale,
    get_sale_of_quote,
    load_counter,
    require_known,
)
from services.checkout.queries.scope_names import ScopeNames, load_scope_names

__all__ = [
    "UNSOLD",
    "Buyer",
    "Counter",
    "CouponCost",
    "Example",
    "Quote",
    "Sale",
    "ScopeNames",
    "Seller",
    "Standing",
    "get_coupon_total",
    "get_credential",
    "get_most_saved",
    "get_quote",
    "get_sale",
    "get_sale_of_quote",
    "get_seller",
    "get_standing",
    "key_of_counter",
    "list_coupon_costs",
    "list_examples",
    "list_redeemable",
    "list_totals_now",
    "load_buyer",
    "load_counter",
    "load_scope_names",
    "require_known",
]
