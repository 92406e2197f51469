"""Tills in tests: a shift that is open, sales put into it, and sums that ask the tables in their own words."""

from typing import Any

from sqlalchemy import text

from services.checkout.commands.tills import close_till
from services.shared import database
from services.tills import commands as tills
from tests.cast import Cast

ALL_KINDS = ("cash", "wechat", "alipay", "card", "other")


def open_shift(shop: Cast, *, name: str = "收银台", opening_float: int = 30000, role: str = "cashier") -> int:
    """A shift at the eastern store, begun with 300 yuan; its id."""
    data = {"store_id": shop.east.id, "name": name, "opening_float": opening_float}
    with database.transaction() as session:
        return tills.open_shift(session, data, actor=shop.actors[role], at=shop.at)


def move_cash(shop: Cast, shift_id: int, kind: str, amount: int, reason: str = "换零钱") -> None:
    """Cash moved by hand."""
    data = {"kind": kind, "amount": amount, "reason": reason}
    with database.transaction() as session:
        tills.create_entry(session, shift_id, data, actor=shop.actors["cashier"], at=shop.at)


def close(shop: Cast, shift_id: int, counted: dict[str, int], reason: str = "", role: str = "cashier") -> None:
    """The end of a shift."""
    with database.transaction() as session:
        data = {"counted": counted, "reason": reason}
        close_till(session, shift_id, data, actor=shop.actors[role], at=shop.at)


def put_into(shift_id: int | None, *order_ids: int | str, table: str = "orders") -> None:
    """Let these sales (refunds, top-ups…) belong to a shift."""
    with database.transaction() as session:
        for each in order_ids:
            session.execute(
                text(f"UPDATE {table} SET shift_id = :shift WHERE id = :id"), {"shift": shift_id, "id": int(each)}
            )


def give_back(order_id: int | str, kind: str, amount: int, shift_id: int | None, at: Any) -> None:
    """A refund of some of an order, straight into the tables."""
    from services.orders.models import Order, Refund, RefundTender, Tender

    with database.transaction() as session:
        order = session.get_one(Order, int(order_id))
        tender = session.query(Tender).filter_by(order_id=order.id, kind=kind).one()
        refund = Refund(
            order_id=order.id, sequence=1, store_id=order.store_id, way="amount", reason="多收了", amount=amount,
            points_taken_back=0, points_returned=0, debt=0, growth_taken_back=0, coupons_returned=[], shift_id=shift_id, at=at,
        )  # fmt: skip
        session.add(refund)
        session.flush()
        session.add(RefundTender(refund_id=refund.id, tender_id=tender.id, kind=kind, amount=amount, bonus=0))


def asked_of_the_tables(shift_id: int) -> dict[str, int]:
    """What should be in a till, by kind: the same as the product's sums, in plain SQL."""
    signed = (
        "SELECT t.kind, t.amount FROM tenders t JOIN orders o ON o.id = t.order_id WHERE o.shift_id = :shift",
        "SELECT t.kind, -t.amount FROM refund_tenders t JOIN refunds r ON r.id = t.refund_id WHERE r.shift_id = :shift",
        "SELECT p.tender, -p.amount FROM payouts p WHERE p.shift_id = :shift",
        "SELECT e.tender, e.amount FROM till_entries e WHERE e.shift_id = :shift",
        "SELECT 'cash', s.opening_float FROM till_shifts s WHERE s.id = :shift",
    )
    found = dict.fromkeys(ALL_KINDS, 0)
    with database.reading() as session:
        for query in signed:
            for kind, amount in session.execute(text(query), {"shift": shift_id}):
                if kind in found:
                    found[kind] += amount
    return found
