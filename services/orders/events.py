"""What happens to orders."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class OrderCompleted(Event):
    """A sale was paid. Fen and points are whole numbers; `completed_at` is the sale's own time, `booked_at` when it reached the books."""

    order_id: int
    number: str
    store_id: int
    member_id: int | None
    paid: int
    points_earned: int
    points_after: int | None
    completed_at: str
    booked_at: str


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
