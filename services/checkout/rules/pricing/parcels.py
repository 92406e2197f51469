"""The pieces of a cart as they stand while discounts are taken off, one after the other. All amounts are fen.

A *parcel* is some pieces of one line that stand alike: a line starts as one parcel, and a coupon on a single piece splits that piece
off. Every reduction is a pure function from parcels to parcels, so that a search may try many in a row and forget them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.coupons.rules import Kind, Terms
from services.shared import money


@dataclass(frozen=True)
class Goods:
    """A line before any discount. `price` is the list price of a piece; `member_price` and `manual_price` replace it where set."""

    product_id: int
    category_id: int | None
    price: int
    quantity: int = 1
    member_price: int | None = None
    manual_price: int | None = None
    takes_tier: bool = True
    takes_coupons: bool = True


class Parcel(NamedTuple):
    """`pieces` of the line at `line` (its place in the cart) that stand at `amount` together."""

    line: int
    pieces: int
    amount: int
    open: bool = True  # no coupon on a single piece has taken it yet


Parcels = tuple[Parcel, ...]
Fits = Sequence[bool]  # by line: whether a coupon holds for it


def at_list_price(goods: Sequence[Goods]) -> Parcels:
    """How everything stands before any discount."""
    return tuple(Parcel(line, each.quantity, each.price * each.quantity) for line, each in enumerate(goods))


def total(parcels: Parcels) -> int:
    """What all of it stands at."""
    return sum([parcel.amount for parcel in parcels])


def by_line(parcels: Parcels, lines: int) -> list[int]:
    """What each line stands at."""
    amounts = [0] * lines
    for parcel in parcels:
        amounts[parcel.line] += parcel.amount
    return amounts


def reprice(parcels: Parcels, prices: Sequence[int | None]) -> Parcels:
    """Set the price of a piece, by line, where there is a lower one."""
    return tuple(
        parcel
        if (price := prices[parcel.line]) is None
        else parcel._replace(amount=min(parcel.amount, price * parcel.pieces))
        for parcel in parcels
    )


def take_off(parcels: Parcels, off: int, fits: Fits) -> Parcels:
    """Take `off` fen from the parcels that `fits` names, each by what it stands at; never more than there is."""
    standing = [parcel.amount if fits[parcel.line] else 0 for parcel in parcels]
    taken = min(off, sum(standing))
    if taken <= 0:
        return parcels
    shares = money.split(taken, standing)
    return tuple(
        Parcel(parcel.line, parcel.pieces, parcel.amount - share, parcel.open) if share else parcel
        for parcel, share in zip(parcels, shares, strict=True)
    )


def rate_off(base: int, pays: int) -> int:
    """What paying `pays` per mille of `base` takes off, half up once."""
    return money.portion(base, 1000 - pays, 1000)


def apply(parcels: Parcels, terms: Terms, fits: Fits) -> Parcels:
    """The parcels after one coupon; unchanged when it takes nothing off."""
    return _EFFECTS[terms.kind](parcels, terms, fits)


def base_of(parcels: Parcels, fits: Fits) -> int:
    """What the lines that a coupon holds for stand at."""
    return sum(
        [amount for line, _, amount, _ in parcels if fits[line]]
    )  # a list: half the time of a generator, and asked most


def _percentage(parcels: Parcels, terms: Terms, fits: Fits) -> Parcels:
    base = base_of(parcels, fits)
    off = rate_off(base, terms.pays) if base >= terms.threshold else 0
    return take_off(parcels, off if terms.cap is None else min(off, terms.cap), fits)


def _amount_off(parcels: Parcels, terms: Terms, fits: Fits) -> Parcels:
    return take_off(parcels, terms.value, fits) if base_of(parcels, fits) >= terms.threshold else parcels


def _piece(parcels: Parcels, terms: Terms, fits: Fits) -> Parcels:
    """One piece for `value` fen: the dearest that the coupon holds for and no other such coupon has taken (ties: the first)."""
    if base_of(parcels, fits) < terms.threshold:
        return parcels
    found = max((parcel for parcel in parcels if parcel.open and fits[parcel.line]), key=dearest_piece, default=None)
    if found is None or dearest_piece(found) <= terms.value:
        return parcels
    place, piece = parcels.index(found), dearest_piece(found)
    rest = Parcel(found.line, found.pieces - 1, found.amount - piece)
    taken = Parcel(found.line, 1, terms.value, open=False)
    return (*parcels[:place], *((rest, taken) if rest.pieces else (taken,)), *parcels[place + 1 :])


def dearest_piece(parcel: Parcel) -> int:
    """What the dearest piece of a parcel stands at: where its amount does not divide evenly, the odd fen is on that one."""
    return -(-parcel.amount // parcel.pieces)


_EFFECTS: dict[Kind, Callable[[Parcels, Terms, Fits], Parcels]] = {
    Kind.TRIAL_PRICE: _piece,
    Kind.FREE_ITEM: _piece,
    Kind.PERCENTAGE: _percentage,
    Kind.THRESHOLD_OFF: _amount_off,
    Kind.CASH: _amount_off,
}
