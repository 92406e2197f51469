"""Refunds: money, points, stored value, coupons and growth of an order go back together, in one transaction.

Accounts are locked in one order everywhere (sales.py): the order first, then points, wallet, coupons by id, growth.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.commands.merging import carry_on, hold_accounts
from services.checkout.errors import RefundMoved
from services.checkout.queries.drawers import find_drawer
from services.checkout.queries.refunds import Case, load_case, require_voidable
from services.checkout.rules import refunds as rules
from services.checkout.rules.refunds import Plan, Wish
from services.checkout.rules.tenders import CASH
from services.coupons import commands as coupons
from services.loyalty import commands as loyalty
from services.loyalty.queries import get_balance
from services.members.queries import keeper_of
from services.orders import commands as orders
from services.orders.commands import RefundDraft
from services.orders.events import OrderRefunded
from services.orders.queries import RefundView, hold_order
from services.shared.actors import Actor
from services.shared.events import announce
from services.wallet import commands as wallet


@dataclass(frozen=True)
class _Undone:
    """What came of the member's accounts: the points after it, the coupons that are usable again, and whose they are now."""

    points_after: int | None = None
    coupons: tuple[int, ...] = ()
    member_id: int | None = None

    @property
    def debt(self) -> int:
        """The points that the member owes now."""
        return max(0, -(self.points_after or 0))


def refund_order(
    session: Session,
    order_id: int,
    wish: Wish,
    reason: str,
    *,
    seen: int | None = None,
    actor: Actor,
    at: datetime,
) -> RefundView:
    """Refund `wish` of an order for a `reason`: everything that the preview says.

    `seen` is how many refunds the order had when it was looked at; RefundMoved (409) when there are more by now. The money
    leaves the till that is open at the order's store. Raises NotFound, Forbidden, AlreadyRefunded, VoidTooLate, or Invalid beside
    what is asked for, TillClosed for cash where the shop wants an open till.
    """
    hold_order(session, order_id)
    case = load_case(session, order_id, actor=actor)
    actor.require(permissions.REFUNDS_CREATE, case.order.store_id)
    if seen is not None and seen != len(case.refunds):
        raise RefundMoved
    if wish.way == "void":
        require_voidable(session, case, at=at)
    plan, key = rules.plan(case.sold, wish), f"refund:{order_id}:{len(case.refunds) + 1}"
    cash = any(back.kind == CASH for back in plan.tenders)
    shift_id = find_drawer(session, case.order.store_id, needed=cash, actor=actor)
    undone = _undo(session, case, plan, key, actor=actor, at=at)
    refund = orders.record_refund(session, _draft(case, plan, undone, reason, shift_id), actor=actor, at=at)
    announce(session, _refunded(case, plan, undone, refund), at=at)
    return refund


def _undo(session: Session, case: Case, plan: Plan, key: str, *, actor: Actor, at: datetime) -> _Undone:
    """Move what the order moved back on the member's accounts."""
    order, member_id = case.order, case.order.member_id
    if member_id is None:
        return _Undone()
    used = {each for each in (member_id, order.points_of, order.wallet_of) if each is not None}
    hold_accounts(session, used)
    points_after = _points(session, case, plan, key, actor=actor, at=at)
    if plan.to_wallet:
        assert order.wallet_of is not None
        wallet.give_back(
            session, order.wallet_of, plan.to_wallet, store_id=order.store_id, order_id=order.id, key=key,
            by_member_id=member_id if order.payer_id else None, actor=actor, at=at,
        )  # fmt: skip
    returned = [
        coupon for coupon in plan.coupons if coupons.give_back(session, coupon, order_id=order.id, actor=actor, at=at)
    ]
    if plan.growth_taken_back:
        left = case.sold.growth - plan.growth_taken_back
        loyalty.settle_growth(session, member_id, left, order_id=order.id, at=at)
    keeper = carry_on(session, member_id, used, order_id=order.id, actor=actor, at=at)
    if order.points_of is not None and (lives_on := keeper_of(session, order.points_of)) != order.points_of:
        points_after = get_balance(session, lives_on)
    return _Undone(points_after, tuple(returned), keeper)


def _points(session: Session, case: Case, plan: Plan, key: str, *, actor: Actor, at: datetime) -> int | None:
    """Return what was spent before taking back what was earned, so that a debt is as small as it can be; the balance after it."""
    order, points_of = case.order, case.order.points_of
    assert points_of is not None
    by, after = order.member_id if order.earner_id else None, None
    if plan.points_returned:
        returned = loyalty.give_back(
            session, points_of, plan.points_returned, order_id=order.id, key=f"{key}:give_back", by_member_id=by,
            actor=actor, at=at,
        )  # fmt: skip
        after = returned.after
    if plan.points_taken_back:
        taken = loyalty.claw_back(
            session, points_of, plan.points_taken_back, order_id=order.id, key=f"{key}:claw_back", by_member_id=by,
            actor=actor, at=at,
        )  # fmt: skip
        after = taken.after
    return after


def _draft(case: Case, plan: Plan, undone: _Undone, reason: str, shift_id: int | None) -> RefundDraft:
    return RefundDraft(
        order_id=case.order.id,
        sequence=len(case.refunds) + 1,
        store_id=case.order.store_id,
        way=plan.way,
        reason=reason,
        amount=plan.amount,
        points_taken_back=plan.points_taken_back,
        points_returned=plan.points_returned,
        debt=undone.debt,
        growth_taken_back=plan.growth_taken_back,
        coupons_returned=undone.coupons,
        shift_id=shift_id,
        lines=tuple((line.position, line.pieces, line.fen) for line in plan.lines),
        tenders=tuple((back.place, back.kind, back.amount, back.bonus) for back in plan.tenders),
        complete=plan.complete,
    )


def _refunded(case: Case, plan: Plan, undone: _Undone, refund: RefundView) -> OrderRefunded:
    return OrderRefunded(
        order_id=case.order.id,
        refund_id=refund.id,
        number=refund.number,
        store_id=refund.store_id,
        member_id=undone.member_id,
        amount=refund.amount,
        way=refund.way,
        complete=plan.complete,
        points_taken_back=refund.points_taken_back,
        points_returned=refund.points_returned,
        points_after=undone.points_after,
        debt=undone.debt,
        at=refund.at.isoformat(),
    )
