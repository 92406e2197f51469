"""What has to hold between orders, top-ups and the ledgers they moved; `changke verify` asks it of every one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon
from services.loyalty.models import GrowthEntry, PendingPoints, PointsEntry
from services.orders.models import LineShare, Order, OrderLine, Refund, RefundTender, Tender
from services.wallet.models import TopUp, WalletEntry, WalletLot

WALLET = "wallet"


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every order whose points, growth, stored value or coupon its ledger does not know, or that moved accounts of others
    than it says; every top-up without its lot."""
    for query, words in (
        (_points_spent(), "order {0}: {1} points spent, {2} in the ledger"),
        (_points_earned(), "order {0}: {1} points earned, none in the ledger"),
        (_growth(), "order {0}: {1} hundredths of growth for member {2}, {3} fen still paid"),
        (_stored_value(), "order {0}: {1} fen paid by the wallet, {2} in the ledger"),
        (_wrong_wallets(), "order {0}: the wallet of member {1} was moved, that of {2} should"),
        (_wrong_points(), "order {0}: points of member {1} were moved, those of {2} should"),
        (_coupons(), "coupon {0} takes something off {1} orders that stand"),
        (_top_ups(), "top-up {0}: {1} + {2} ≠ its lot"),
    ):
        for row in session.execute(query):
            yield words.format(*row)


def _points_spent() -> Any:
    return _beside(_of_order(PointsEntry, PointsEntry.amount), Order.points_spent)


def _points_earned() -> Any:
    """How many is a matter of what was refunded or handed over since; that none came is not."""
    came = exists().where(PointsEntry.order_id == Order.id, PointsEntry.amount > 0)
    waits = exists().where(PendingPoints.order_id == Order.id)
    standing = (Order.state == "paid", Order.points_earned > 0, Order.member_id.is_not(None))
    return select(Order.number, Order.points_earned).where(*standing, ~came, ~waits).order_by(Order.id)


def _growth() -> Any:
    """What an order gives its member is what is still paid for it; nobody else has anything of it. One that has not counted yet will."""
    paid = select(func.coalesce(func.sum(Tender.amount - Tender.bonus), 0)).where(Tender.order_id == Order.id)
    back = (
        select(func.coalesce(func.sum(RefundTender.amount - RefundTender.bonus), 0))
        .join(Refund, Refund.id == RefundTender.refund_id)
        .where(Refund.order_id == Order.id)
    )
    own = paid.correlate(Order).scalar_subquery() - back.correlate(Order).scalar_subquery()
    given = (
        select(GrowthEntry.order_id, GrowthEntry.member_id, func.sum(GrowthEntry.amount).label("sum"))
        .where(GrowthEntry.order_id.is_not(None))
        .group_by(GrowthEntry.order_id, GrowthEntry.member_id)
        .subquery()
    )
    stands = case((given.c.member_id == Order.member_id, own), else_=0)
    found = select(Order.number, given.c.sum, given.c.member_id, stands).join(given, given.c.order_id == Order.id)
    return found.where(given.c.sum != stands).order_by(Order.id)


def _stored_value() -> Any:
    paid = (
        select(Tender.order_id, func.sum(Tender.amount).label("sum"))
        .where(Tender.kind == WALLET)
        .group_by(Tender.order_id)
        .subquery()
    )
    wanted = func.coalesce(paid.c.sum, 0)
    spent = _of_order(WalletEntry, WalletEntry.principal + WalletEntry.bonus)
    return _beside(spent, wanted).outerjoin(paid, paid.c.order_id == Order.id)


def _wrong_wallets() -> Any:
    """An order moves its payer's wallet, and says whose purchase it was where that is somebody else."""
    whose = func.coalesce(Order.payer_id, Order.member_id)
    other = or_(WalletEntry.member_id != whose, *_other_buyer(WalletEntry, Order.payer_id))
    joined = select(Order.number, WalletEntry.member_id, whose).join(WalletEntry, WalletEntry.order_id == Order.id)
    return joined.where(other).order_by(WalletEntry.id)


def _wrong_points() -> Any:
    """The same for points that are shared; others change their member with the order."""
    other = or_(PointsEntry.member_id != Order.earner_id, *_other_buyer(PointsEntry, Order.earner_id))
    joined = select(Order.number, PointsEntry.member_id, Order.earner_id)
    joined = joined.join(PointsEntry, PointsEntry.order_id == Order.id)
    named = or_(Order.earner_id.is_not(None), PointsEntry.by_member_id.is_not(None))
    return joined.where(named, other).order_by(PointsEntry.id)


def _other_buyer(entry: Any, sharer: Any) -> tuple[Any, ...]:
    """An entry names somebody else than who bought with what was shared."""
    return (
        entry.by_member_id.is_(None) & sharer.is_not(None),
        entry.by_member_id.is_not(None) & sharer.is_(None),
        entry.by_member_id != Order.member_id,
    )


def _of_order(entry: Any, amount: Any) -> Any:
    """What orders spent of a ledger."""
    return (
        select(entry.order_id, func.sum(-amount).label("sum"))
        .where(entry.kind == "spend")
        .group_by(entry.order_id)
        .subquery()
    )


def _beside(spent: Any, wanted: Any) -> Any:
    found = func.coalesce(spent.c.sum, 0)
    joined = select(Order.number, wanted, found).outerjoin(spent, spent.c.order_id == Order.id)
    return joined.where(found != wanted).order_by(Order.id)


def _coupons() -> Any:
    """A coupon belongs to one order at most; where that was refunded whole, it may have been used again."""
    standing = (
        select(LineShare.coupon_id, OrderLine.order_id)
        .join(OrderLine, OrderLine.id == LineShare.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(LineShare.coupon_id.is_not(None), Order.state != "refunded")
        .distinct()
        .subquery()
    )
    orders = func.count(standing.c.order_id)
    return (
        select(Coupon.id, orders)
        .join(standing, standing.c.coupon_id == Coupon.id)
        .group_by(Coupon.id)
        .having(or_(orders > 1, func.max(standing.c.order_id) != func.coalesce(func.max(Coupon.order_id), 0)))
        .order_by(Coupon.id)
    )


def _top_ups() -> Any:
    other = or_(WalletLot.principal != TopUp.principal, WalletLot.bonus != TopUp.bonus)
    return (
        select(TopUp.number, TopUp.principal, TopUp.bonus)
        .join(WalletLot, WalletLot.id == TopUp.lot_id)
        .where(or_(other, WalletLot.member_id != TopUp.member_id))
        .order_by(TopUp.id)
    )
