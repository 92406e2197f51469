"""What happens to orders."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class OrderCompleted(Event):
    """A sale was paid. Fen and points are whole numbers; `completed_at` is the sale's own time, `booked_at` when it reached the books.

    `wallet_spent` came out of the member's stored value, which held `wallet_after` afterwards. `payer_id`: whose that was, and
    `earner_id`: whose points were moved, where a household shared them (`points_spent` of them).
    """

    order_id: int
    number: str
    store_id: int
    member_id: int | None
    paid: int
    points_earned: int
    points_after: int | None
    completed_at: str
    booked_at: str
    wallet_spent: int = 0
    wallet_after: int = 0
    payer_id: int | None = None
    earner_id: int | None = None
    points_spent: int = 0


@dataclass(frozen=True)
class OrderRefunded(Event):
    """Money went back for an order: `way` is whole, lines, amount or void; `complete`: nothing is left of it; `debt`: points owed now."""

    order_id: int
    refund_id: int
    number: str
    store_id: int
    member_id: int | None
    amount: int
    way: str
    complete: bool
    points_taken_back: int
    points_returned: int
    points_after: int | None
    debt: int
    at: str


@dataclass(frozen=True)
class OrderHandedOver(Event):
    """An order came to a member after it was paid: `kind` is claim or correction. `amount` is what is still paid for it (fen)."""

    handover_id: int
    order_id: int
    number: str
    kind: str
    from_member_id: int | None
    to_member_id: int
    amount: int
    points: int
    points_after: int
    debt: int
    completed_at: str
    at: str


@dataclass(frozen=True)
class InvoiceAsked(Event):
    """A customer asked for an invoice, or changed what was asked."""

    order_id: int
    store_id: int


@dataclass(frozen=True)
class InvoiceAnswered(Event):
    """The shop issued an invoice or declined to (`state`), with words to the customer."""

    order_id: int
    number: str
    store_id: int
    member_id: int | None
    state: str
    note: str
    at: str
