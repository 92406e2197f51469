"""Pricing a cart and checking a sale (`quotes`), and who buys (`customers`)."""

from services.checkout.queries.customers import Buyer, load_buyer
from services.checkout.queries.quotes import Counter, Quote, Sale, get_quote, get_sale, get_sale_of_quote, load_counter

__all__ = [
    "Buyer",
    "Counter",
    "Quote",
    "Sale",
    "get_quote",
    "get_sale",
    "get_sale_of_quote",
    "load_buyer",
    "load_counter",
]
