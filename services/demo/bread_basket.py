"""What the Bread Basket's till does not say: prices and customers. Invented, fixed, and said so in the replay's output.

Prices are fen, one per item of the data set; who bought, and how it was paid, follows from the transaction's number alone.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

FALLBACK_PRICE = 1800  # an item the table does not know

PRICES = {
    "Adjustment": 100, "Afternoon with the baker": 26800, "Alfajores": 1600, "Argentina Night": 16800, "Art Tray": 6800,
    "Bacon": 1200, "Baguette": 1500, "Bakewell": 2200, "Bare Popcorn": 1200, "Basket": 12800, "Bowl Nic Pitt": 9800,
    "Bread": 1800, "Bread Pudding": 2000, "Brioche and salami": 2600, "Brownie": 2000, "Cake": 2800,
    "Caramel bites": 1400, "Cherry me Dried fruit": 1800, "Chicken Stew": 4200, "Chicken sand": 3200,
    "Chimichurri Oil": 4800, "Chocolates": 3800, "Christmas common": 3500, "Coffee": 2200, "Coffee granules": 6800,
    "Coke": 800, "Cookies": 1200, "Crepes": 2600, "Crisps": 900, "Drinking chocolate spoons": 2800, "Duck egg": 600,
    "Dulce de Leche": 4200, "Eggs": 2400, "Ella's Kitchen Pouches": 1500, "Empanadas": 2200,
    "Extra Salami or Feta": 800, "Fairy Doors": 3600, "Farm House": 2400, "Focaccia": 2200, "Frittata": 3000,
    "Fudge": 1600, "Gift voucher": 10000, "Gingerbread syrup": 500, "Granola": 2800, "Hack the stack": 3800,
    "Half slice Monster": 1500, "Hearty & Seasonal": 3600, "Honey": 4800, "Hot chocolate": 2400, "Item": 1800,
    "Jam": 3600, "Jammie Dodgers": 1000, "Juice": 1600, "Keeping It Local": 3800, "Kids biscuit": 800,
    "Lemon and coconut": 2000, "Medialuna": 1200, "Mighty Protein": 3200, "Mineral water": 700, "Mortimer": 3600,
    "Muesli": 2600, "Muffin": 1600, "My-5 Fruit Shoot": 900, "Nomad bag": 8800, "Olum & polenta": 3600,
    "Panatone": 8800, "Pastry": 1800, "Pick and Mix Bowls": 3000, "Pintxos": 2800, "Polenta": 2600, "Postcard": 500,
    "Puff": 1600, "Raspberry shortbread sandwich": 2200, "Raw bars": 1800, "Salad": 3400, "Sandwich": 3200,
    "Scandinavian": 2400, "Scone": 1800, "Siblings": 2600, "Smoothies": 2600, "Soap": 2800, "Soup": 2800,
    "Spanish Brunch": 4800, "Spread": 3600, "Tacos/Fajita": 3400, "Tartine": 3200, "Tea": 1600, "The BART": 3600,
    "The Nomad": 4200, "Tiffin": 1800, "Toast": 1400, "Truffles": 1200, "Tshirt": 9800, "Valentine's card": 1500,
    "Vegan Feast": 4200, "Vegan mincepie": 1500, "Victorian Sponge": 2600,
}  # fmt: skip

_FIRST = (
    "Aila", "Blair", "Callum", "Duncan", "Eilidh", "Finlay", "Greer", "Hamish", "Isla", "Jamie",
    "Kirsty", "Lewis", "Mairi", "Niall", "Orla", "Paisley", "Rory", "Skye", "Tavish", "Una",
)  # fmt: skip
_LAST = "ABCDEFGHIJKLMNOPQRST"
REGULARS = tuple(f"{first} {last}." for last in _LAST for first in _FIRST)

# A few come every day, most now and then: regular number i has the weight 1 / (i + 8).
_STEPS = tuple(accumulate(1_000_000 // (rank + 8) for rank in range(len(REGULARS))))
_TENDERS = ("cash",) * 8 + ("wechat",) * 6 + ("alipay",) * 3 + ("card",) * 3
_KNOWN = 60  # of 100 tickets are a regular's


@dataclass(frozen=True)
class Fate:
    """What the rule decides about a transaction: which regular bought (None: a walk-in), and how it was paid."""

    regular: int | None
    tender: str


def fate_of(transaction: int) -> Fate:
    """The same answer for the same transaction number, on every machine, for ever."""
    drawn = hashlib.sha256(f"bread-basket:{transaction}".encode()).digest()
    known, rank, tender = (int.from_bytes(drawn[place : place + 4]) for place in (0, 4, 8))
    regular = bisect_right(_STEPS, rank % _STEPS[-1]) if known % 100 < _KNOWN else None
    return Fate(regular, _TENDERS[tender % len(_TENDERS)])


def phone_of(regular: int) -> str:
    """A number of the range that the British regulator keeps for drama: nobody has it (Ofcom, 07700 900000 to 900999)."""
    return f"+447700900{regular:03d}"
