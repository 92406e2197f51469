"""Writing orders. The statements are built once: a sale is the one thing that must be fast (quality.md, rows 1 and 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.orders.errors import AlreadyBooked
from services.orders.models import FlaggedOrder, LineShare, Order, OrderCounter, OrderLine, Tender
from services.orders.queries import LineView, OrderView, ShareView, TenderView, by_hand_of
from services.shared import ids
from services.shared.actors import Actor
from services.shared.days import local_day

PAID = "paid"


@dataclass(frozen=True)
class OrderDraft:
    """A priced and paid sale, ready to be written. Amounts are fen; `zone` is the shop's, for the day in the number.

    `manual_reason` is why a price was changed or a discount given by hand; `payer_id` and `earner_id` as in the order.
    """

    store_id: int
    store_code: str
    store_name: str
    zone: str
    member_id: int | None
    member_name: str | None
    scan_id: int | None
    origin: str
    external_key: str | None
    note: str
    list_total: int
    due: int
    change: int
    points_earned: int
    points_before: int | None
    points_after: int | None
    completed_at: datetime
    lines: tuple[LineView, ...]
    tenders: tuple[TenderView, ...]
    points_spent: int = 0
    earn_rate: dict[str, Any] | None = None
    tier_id: int | None = None
    shift_id: int | None = None
    flags: tuple[str, ...] = ()
    manual_reason: str = ""
    payer_id: int | None = None
    earner_id: int | None = None


def record_order(session: Session, draft: OrderDraft, *, actor: Actor, at: datetime) -> OrderView:
    """Write a sale and give it the next number of its store and day, without gaps. Raises AlreadyBooked for a known external key."""
    connection = session.connection()
    day = local_day(draft.completed_at, draft.zone)
    sequence = _next_sequence(connection, draft.store_id, day)
    row = _order_row(draft, actor, day, sequence)
    order_id = connection.execute(_ORDER[connection.dialect.name], row).scalar()
    if order_id is None:
        raise AlreadyBooked
    _write_lines(connection, order_id, draft.lines)
    if draft.tenders:
        connection.execute(_TENDERS, _tender_rows(order_id, draft.tenders))
    if draft.flags:
        flagged = {"order_id": order_id, "store_id": draft.store_id, "flagged_at": at}
        connection.execute(insert(FlaggedOrder), flagged)
    subject, changes = ("order", order_id), _changes(draft, row)
    whose = draft.member_id if draft.manual_reason else None  # figures say nothing of a person; words may
    audit.record(
        session, "orders:create", subject, actor=actor, at=at, store_id=draft.store_id, member_id=whose, changes=changes
    )
    return _view(draft, row, order_id, actor)


def _changes(draft: OrderDraft, row: dict[str, Any]) -> dict[str, Any]:
    changes = {"number": row["number"], "paid": draft.due}
    if draft.manual_reason:
        changes |= {"by_hand": by_hand_of(draft.lines), "reason": draft.manual_reason}
    return changes


def _statements(build: Any) -> tuple[Any, Any]:
    counters, orders = OrderCounter.__table__.c, Order.__table__.c
    counter = (
        build(OrderCounter.__table__)
        .on_conflict_do_update(index_elements=["store_id", "day"], set_={"last": counters.last + 1})
        .returning(counters.last)
    )
    order = build(Order.__table__).on_conflict_do_nothing(index_elements=["external_key"]).returning(orders.id)
    return counter, order


_BUILT = {"sqlite": _statements(sqlite.insert), "postgresql": _statements(postgresql.insert)}
_COUNTER = {name: pair[0] for name, pair in _BUILT.items()}
_ORDER = {name: pair[1] for name, pair in _BUILT.items()}
_LINES = insert(OrderLine.__table__)  # type: ignore[arg-type]
_LINES_BACK = _LINES.returning(OrderLine.__table__.c.id, OrderLine.__table__.c.position)
_SHARES = insert(LineShare.__table__)  # type: ignore[arg-type]
_TENDERS = insert(Tender.__table__)  # type: ignore[arg-type]


def _next_sequence(connection: Connection, store_id: int, day: date) -> int:
    counted = {"store_id": store_id, "day": day, "last": 1}
    return int(connection.execute(_COUNTER[connection.dialect.name], counted).scalar_one())


def _order_row(draft: OrderDraft, actor: Actor, day: date, sequence: int) -> dict[str, Any]:
    return {
        "number": f"{draft.store_code}-{day:%m%d}-{sequence:04d}",
        "receipt_code": ids.short_code(),
        "store_id": draft.store_id,
        "day": day,
        "sequence": sequence,
        "member_id": draft.member_id,
        "payer_id": draft.payer_id,
        "earner_id": draft.earner_id,
        "scan_id": draft.scan_id,
        "staff_id": actor.id if actor.kind == "staff" else None,
        "state": PAID,
        "origin": draft.origin,
        "external_key": draft.external_key,
        "note": draft.note,
        "list_total": draft.list_total,
        "due": draft.due,
        "paid": draft.due,
        "change": draft.change,
        "points_earned": draft.points_earned,
        "points_before": draft.points_before,
        "points_after": draft.points_after,
        "points_spent": draft.points_spent,
        "refunded": 0,
        "earn_rate": draft.earn_rate,
        "tier_id": draft.tier_id,
        "shift_id": draft.shift_id,
        "flags": list(draft.flags),
        "manual_reason": draft.manual_reason,
        "completed_at": draft.completed_at,
    }


def _write_lines(connection: Connection, order_id: int, lines: Sequence[LineView]) -> None:
    """All lines in one statement, all shares of discounts in another."""
    rows = [_line_row(order_id, line) for line in lines]
    if not any(line.shares for line in lines):
        connection.execute(_LINES, rows)
        return
    placed = {position: line_id for line_id, position in connection.execute(_LINES_BACK, rows)}
    connection.execute(_SHARES, [_share_row(placed[line.position], share) for line in lines for share in line.shares])


def _share_row(line_id: int, share: ShareView) -> dict[str, Any]:
    return {"line_id": line_id, "kind": share.kind, "amount": share.amount, "coupon_id": share.coupon_id}


def _line_row(order_id: int, line: LineView) -> dict[str, Any]:
    return {
        "order_id": order_id, "position": line.position, "product_id": line.product_id, "name": line.name,
        "options": line.options, "quantity": line.quantity, "list_price": line.list_price, "amount": line.amount,
        "note": line.note, "grams": line.grams, "category_id": line.category_id, "multiplier": line.multiplier,
        "refunded_quantity": 0, "refunded_amount": 0,
    }  # fmt: skip


def _tender_rows(order_id: int, tenders: Sequence[TenderView]) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "kind": tender.kind,
            "amount": tender.amount,
            "received": tender.received,
            "bonus": tender.bonus,
            "refunded": 0,
        }
        for tender in tenders
    ]


def _view(draft: OrderDraft, row: dict[str, Any], order_id: int, actor: Actor) -> OrderView:
    """The order as `get_order` would read it, without reading it."""
    at_the_till = actor.kind == "staff"
    written = {name: value for name, value in row.items() if name != "sequence"} | {"flags": draft.flags}
    return OrderView(
        **written, id=order_id, store_name=draft.store_name, member_name=draft.member_name,
        staff_name=actor.name if at_the_till else None, lines=draft.lines, tenders=draft.tenders,
    )  # fmt: skip
