"""The rows that are judged: one query each, over one span of time, of the stores that the reader sees."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.coupons.models import CouponEvent
from services.dealing.rules import Act, Discounts, Sales
from services.identity.models import ApiToken, Staff
from services.loyalty.models import PointsEntry
from services.members.models import Member, OwnCard
from services.merging.models import Merge
from services.orders.models import LineShare, Order, OrderLine, Refund, RefundTender, Tender
from services.shared.actors import Actor
from services.shared.days import local_day
from services.signin.models import MemberSession
from services.tills.models import TillEntry, TillShift
from services.tills.rules import CASH
from services.wallet.models import WalletEntry

BY_HAND = ("manual_price", "manual_discount")  # kinds of shares that a person gave
AT_ONCE = 500  # ids in one query
MOST_REFUNDS = 200  # of a span, the latest: what came after each of them is looked at
LEAST_NAME = 2  # characters of a name that is no coincidence

# Who sold, bought, refunded or redeemed: the queries ask for rows that have one.
_seller: Any = Order.staff_id
_buyer: Any = Order.member_id
_refunder: Any = Refund.staff_id
_known: Any = MemberSession.known_hash


def _person(table: Any) -> Any:
    """Who is behind a row: who did it by hand, or made the token that did; None where nobody knows."""
    maker = select(ApiToken.made_by).where(ApiToken.id == table.actor_id).scalar_subquery()
    return case((table.actor_kind == "staff", table.actor_id), (table.actor_kind == "token", maker))


class Span:
    """From when until when, for whom, in which zone days are counted."""

    def __init__(self, since: datetime, until: datetime, *, actor: Actor, zone: str) -> None:
        self.since, self.until, self.actor, self.zone = since, until, actor, zone

    def holds(self, column: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """Whether a moment lies within."""
        return and_(column >= self.since, column < self.until)

    def sees(self, column: Any) -> ColumnElement[bool]:
        """Whether the reader works in the store of a row."""
        return true() if self.actor.stores is None else column.in_(self.actor.stores)

    def day(self, at: datetime) -> date:
        """The shop's day."""
        return local_day(at, self.zone)


def read_sales(session: Session, span: Span) -> list[Sales]:
    """Sales to members, by day, cashier and member."""
    who = (Order.day, _seller, _buyer, Staff.name, Member.name, OwnCard.staff_id)
    query = (
        select(*who, func.count(), func.max(Order.completed_at))
        .join(Staff, Staff.id == Order.staff_id)
        .join(Member, Member.id == Order.member_id)
        .outerjoin(OwnCard, and_(OwnCard.staff_id == Order.staff_id, OwnCard.member_id == Order.member_id))
        .where(span.holds(Order.completed_at), span.sees(Order.store_id))
        .group_by(*who)
    )
    return [
        Sales(day, staff_id, member_id, seller == buyer and len(seller) >= LEAST_NAME, count, last_at, own is not None)
        for day, staff_id, member_id, seller, buyer, own, count, last_at in session.execute(query)
    ]


def read_adjustments(session: Session, span: Span) -> list[Act]:
    """What staff gave or took by hand, or by a token of theirs: points (which belong to no store) and stored value."""
    wallet = WalletEntry.principal + WalletEntry.bonus
    found = [
        _act("wallet", row, span)
        for row in session.execute(
            select(WalletEntry.id, WalletEntry.at, _person(WalletEntry), WalletEntry.store_id, WalletEntry.member_id, wallet,
                   WalletEntry.note)
            .where(WalletEntry.kind == "adjust", _person(WalletEntry).is_not(None), span.holds(WalletEntry.at),
                   WalletEntry.key.startswith("adjustment:"), span.sees(WalletEntry.store_id))
        )
    ]  # fmt: skip
    if span.actor.stores is None:
        points = (PointsEntry.id, PointsEntry.at, _person(PointsEntry), null(), PointsEntry.member_id, PointsEntry.amount,
                  PointsEntry.note)  # fmt: skip
        query = select(*points).where(
            PointsEntry.kind == "adjust", _person(PointsEntry).is_not(None), span.holds(PointsEntry.at)
        )
        found += [_act("points", row, span) for row in session.execute(query)]
    return found


def read_merges(session: Session, span: Span) -> list[Act]:
    """Cards that people made part of others, and that still are; these belong to no store."""
    if span.actor.stores is not None:
        return []
    made = (_person(Merge).is_not(None), Merge.undone_at.is_(None), span.holds(Merge.at))
    query = select(Merge, _person(Merge)).where(*made)
    return [
        Act("merge", row.id, span.day(row.at), row.at, person, member_id=row.winner_id, amount=row.stored)
        for row, person in session.execute(query)
    ]


def _act(what: str, row: Any, span: Span) -> Act:
    entry_id, at, staff_id, store_id, member_id, amount, reason = row
    return Act(what, entry_id, span.day(at), at, staff_id, store_id, member_id, amount=amount, reason=reason)


def read_cash_refunds(session: Session, span: Span) -> list[Act]:
    """Cash that went back, the latest first."""
    query = (
        select(Refund.id, Refund.at, _refunder, Refund.store_id, Order.member_id, Refund.order_id,
               func.sum(RefundTender.amount))
        .join(RefundTender, RefundTender.refund_id == Refund.id)
        .join(Order, Order.id == Refund.order_id)
        .where(RefundTender.kind == CASH, Refund.staff_id.is_not(None), span.holds(Refund.at), span.sees(Refund.store_id))
        .group_by(Refund.id, Refund.at, Refund.staff_id, Refund.store_id, Order.member_id, Refund.order_id)
        .order_by(Refund.at.desc())
        .limit(MOST_REFUNDS)
    )  # fmt: skip
    return [
        Act("refund", refund_id, span.day(at), at, staff_id, store_id, member_id, order_id, amount)
        for refund_id, at, staff_id, store_id, member_id, order_id, amount in session.execute(query)
    ]


def read_cash_after(session: Session, refunds: Sequence[Act], minutes: int, span: Span) -> list[Act]:
    """What the same people took out of a drawer, or sold for cash to nobody they knew, within `minutes` of these refunds."""
    if not refunds:
        return []
    out = (
        select(TillEntry.id, TillEntry.at, _person(TillEntry), TillShift.store_id, TillEntry.amount)
        .join(TillShift, TillShift.id == TillEntry.shift_id)
        .where(
            TillEntry.kind == "out",
            _after(refunds, minutes, TillEntry.at, _person(TillEntry)),
        )
    )
    sold = (
        select(Order.id, Order.completed_at, _seller, Order.store_id, Order.due)
        .join(Tender, Tender.order_id == Order.id)
        .where(
            Tender.kind == CASH, Order.member_id.is_(None), _after(refunds, minutes, Order.completed_at, Order.staff_id)
        )
    )
    return [
        Act(what, row_id, span.day(at), at, staff_id, store_id, amount=abs(amount))
        for what, query in (("taken_out", out), ("sold_again", sold))
        for row_id, at, staff_id, store_id, amount in session.execute(query)
    ]


def _after(refunds: Iterable[Act], minutes: int, at: Any, staff_id: Any) -> ColumnElement[bool]:
    wait = timedelta(minutes=minutes)
    return or_(*(and_(staff_id == each.staff_id, at > each.at, at <= each.at + wait) for each in refunds))


def read_redemptions(session: Session, span: Span) -> list[Act]:
    """Coupons of members that staff redeemed."""
    query = select(
        CouponEvent.id, CouponEvent.at, _person(CouponEvent), CouponEvent.store_id, CouponEvent.member_id, CouponEvent.order_id,
        CouponEvent.device_id,
    ).where(
        CouponEvent.kind == "redeem", _person(CouponEvent).is_not(None), CouponEvent.member_id.is_not(None),
        span.holds(CouponEvent.at), span.sees(CouponEvent.store_id),
    )  # fmt: skip
    return [
        Act("redeem", event_id, span.day(at), at, staff_id, store_id, member_id, order_id, device_id=device_id)
        for event_id, at, staff_id, store_id, member_id, order_id, device_id in session.execute(query)
    ]


def read_phones(session: Session, acts: Iterable[Act]) -> list[tuple[str, int]]:
    """On which browsers (by the hash of what each is known by) the members of these acts were signed in."""
    wanted = sorted({act.member_id for act in acts if act.member_id is not None})
    found: list[tuple[str, int]] = []
    for start in range(0, len(wanted), AT_ONCE):
        some = MemberSession.member_id.in_(wanted[start : start + AT_ONCE])
        query = select(_known, MemberSession.member_id).where(some, _known.is_not(None)).distinct()
        found += session.execute(query).tuples()
    return found


def read_discounts(session: Session, span: Span) -> list[Discounts]:
    """What each cashier sold by the list on each day, and gave away by hand."""
    mine = (span.holds(Order.completed_at), span.sees(Order.store_id), Order.staff_id.is_not(None))
    listed = select(Order.day, _seller, func.sum(Order.list_total)).where(*mine)
    given = (
        select(Order.day, _seller, func.sum(LineShare.amount))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(LineShare, LineShare.line_id == OrderLine.id)
        .where(*mine, Order.manual_reason != "", LineShare.kind.in_(BY_HAND))
    )
    by_hand = {
        (day, staff_id): -total for day, staff_id, total in session.execute(given.group_by(Order.day, Order.staff_id))
    }
    return [
        Discounts(day, staff_id, total, max(0, by_hand.get((day, staff_id), 0)))
        for day, staff_id, total in session.execute(listed.group_by(Order.day, Order.staff_id))
    ]
