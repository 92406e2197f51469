"""Pricing a cart and checking a sale (`quotes`), and who buys (`customers`)."""

from services.checkout.queries.customers import Buyer, Standing, get_standing, load_buyer
from services.checkout.queries.examples import Example, list_examples
from services.checkout.queries.quotes import Counter, Quote, Sale, get_quote, get_sale, get_sale_of_quote, load_counter

__all__ = [
    "Buyer",
    "Counter",
    "Example",
    "Quote",
    "Sale",
    "Standing",
    "get_quote",
    "get_sale",
    "get_sale_of_quote",
    "get_standing",
    "list_examples",
    "load_buyer",
    "load_counter",
]
