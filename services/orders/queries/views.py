"""An order as everybody reads it: its lines with their shares of each discount, its tenders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

_BY_HAND = ("manual_price", "manual_discount")  # kinds of shares


@dataclass(frozen=True)
class ShareView:
    """The part of one discount that falls on a line (fen, negative)."""

    kind: str
    amount: int
    coupon_id: int | None = None


@dataclass(frozen=True)
class LineView:
    """One line as it was sold. `options` maps an option's key to `{"option": name, "choice": key, "name": name}`; amounts in fen."""

    position: int
    product_id: int
    name: str
    options: Mapping[str, Any]
    quantity: int
    list_price: int
    amount: int
    note: str = ""
    shares: tuple[ShareView, ...] = ()
    grams: int | None = None
    category_id: int | None = None
    multiplier: int = 100
    refunded_quantity: int = 0
    refunded_amount: int = 0

    @property
    def choices(self) -> str:
        """What was chosen, to read: `6 寸 · 原味`."""
        return " · ".join(chosen["name"] for chosen in self.options.values())


@dataclass(frozen=True)
class TenderView:
    """One way the order was paid (fen); `bonus` is the part of a wallet's that was given on top, `refunded` what went back since."""

    kind: str
    amount: int
    received: int | None = None
    bonus: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class OrderView:
    """An order with everything that stands on its page. Amounts are fen; points are None for a walk-in.

    `payer_id`, `earner_id`: whose stored value and points were moved, where a household shared them.
    """

    id: int
    number: str
    receipt_code: str
    store_id: int
    store_name: str
    day: date
    member_id: int | None
    member_name: str | None
    scan_id: int | None
    staff_id: int | None
    staff_name: str | None
    state: str
    origin: str
    external_key: str | None
    note: str
    list_total: int
    due: int
    paid: int
    change: int
    points_earned: int
    points_before: int | None
    points_after: int | None
    completed_at: datetime
    lines: tuple[LineView, ...]
    tenders: tuple[TenderView, ...]
    points_spent: int = 0
    refunded: int = 0
    earn_rate: Mapping[str, Any] | None = None
    tier_id: int | None = None
    shift_id: int | None = None
    flags: tuple[str, ...] = ()
    manual_reason: str = ""
    payer_id: int | None = None
    earner_id: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many pieces were sold."""
        return sum(line.quantity for line in self.lines)

    @property
    def wallet_of(self) -> int | None:
        """Whose stored value pays: the member's own, or that of their household."""
        return self.payer_id or self.member_id

    @property
    def points_of(self) -> int | None:
        """Whose points it moves: the member's own, or those of their household."""
        return self.earner_id or self.member_id

    @property
    def by_hand(self) -> int:
        """What was taken off by hand, for `manual_reason`."""
        return by_hand_of(self.lines)


def by_hand_of(lines: Iterable[LineView]) -> int:
    """What prices and a discount by hand took off these lines (fen, positive)."""
    return -sum(share.amount for line in lines for share in line.shares if share.kind in _BY_HAND)
