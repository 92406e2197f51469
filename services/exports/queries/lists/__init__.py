"""Every list that can be taken along, by name."""

from collections.abc import Mapping

from services.exports.queries.lists.coupons import COUPONS
from services.exports.queries.lists.ledgers import POINTS, WALLET
from services.exports.queries.lists.listing import Listing
from services.exports.queries.lists.members import MEMBERS
from services.exports.queries.lists.orders import ORDERS
from services.exports.queries.lists.tills import TILLS

LISTS: Mapping[str, Listing] = {each.name: each for each in (MEMBERS, ORDERS, WALLET, POINTS, COUPONS, TILLS)}

__all__ = ["LISTS", "Listing"]
