"""An order comes to a member after it was paid: claimed with the receipt (补登), or taken from the wrong member.

Accounts are locked as by refunds: the order first, then points (two members: the lower id first), then growth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.commands.merging import carry_on, hold_accounts
from services.checkout.errors import NotHandedOver, ReceiptUnknown
from services.checkout.queries.growth import hold_paid_by_member
from services.checkout.queries.handovers import CORRECTABLE, Worth, get_worth_to, why_not_claimed, why_not_reassigned
from services.checkout.queries.refunds import Case, load_case
from services.loyalty import commands as loyalty
from services.members.queries import get_member, hold_living
from services.orders import commands as orders
from services.orders.commands import HandoverDraft
from services.orders.events import OrderHandedOver
from services.orders.queries import (
    CLAIM,
    CORRECTION,
    HandoverView,
    find_order_id_by_receipt,
    hold_order,
    list_handovers,
)
from services.shared import ids, limits
from services.shared.actors import SYSTEM, Actor
from services.shared.events import announce
from services.shared.refusals import Forbidden, Invalid
from services.shared.words import N_
from services.stores.queries import load_settings

__all__ = ["CLAIM_TRIES", "CORRECTABLE", "claim_order", "reassign_order"]
RECEIPT = "CK:R:"
# Counted before the code is looked at, and given back when it was right: guessing stops here.
CLAIM_TRIES = limits.Rule("claim:actor", most=10, seconds=3600)


@dataclass(frozen=True)
class _Moved:
    """The points that went along, the balance of who has them now before and after, and what the other one owes."""

    points: int
    before: int
    after: int
    debt: int = 0


def claim_order(session: Session, code: str, member_id: int, *, actor: Actor, at: datetime) -> HandoverView:
    """Give a walk-in's order to the member who was not known when it was paid. It earns, nothing else about it changes.

    Members claim for themselves; staff of the order's store for anybody who shows the receipt. Raises ReceiptUnknown, NotHandedOver
    (with why), Forbidden, Invalid.
    """
    typed = ids.read_short_code(code.strip().upper().removeprefix(RECEIPT))
    order_id = find_order_id_by_receipt(session, typed) if typed else None
    if order_id is None:
        raise ReceiptUnknown
    hold_order(session, order_id)
    case = load_case(session, order_id, actor=SYSTEM)
    if actor.kind != "member":
        actor.require(permissions.ORDERS_CLAIM, case.order.store_id)
    elif actor.id != member_id:
        raise Forbidden
    _require_living(session, member_id)
    stays = why_not_claimed(case, load_settings(session), at)
    if stays:
        raise NotHandedOver(stays)
    worth = get_worth_to(session, case, member_id)
    moved = _earn(session, case, member_id, worth, actor=actor, at=at)
    return _hand_over(session, case, member_id, moved, worth=worth, actor=actor, at=at)


def reassign_order(
    session: Session, order_id: int, member_id: int, reason: str, *, actor: Actor, at: datetime
) -> HandoverView:
    """Move an order from the wrong member to the right one, for a `reason`: the points that it stands for, and its growth.

    Raises NotFound, Forbidden, NotHandedOver (with why), Invalid.
    """
    hold_order(session, order_id)
    case = load_case(session, order_id, actor=actor)
    actor.require(permissions.ORDERS_REASSIGN, case.order.store_id)
    _require_living(session, member_id)
    stays = "same_member" if case.order.member_id == member_id else why_not_reassigned(case, at)
    if stays:
        raise NotHandedOver(stays)
    moved = _move(session, case, member_id, actor=actor, at=at)
    return _hand_over(session, case, member_id, moved, reason=reason, actor=actor, at=at)


def _require_living(session: Session, member_id: int) -> None:
    if get_member(session, member_id).archived_at is not None:
        raise Invalid({"member": [N_("这张卡已停用")]})


def _earn(session: Session, case: Case, member_id: int, worth: Worth, *, actor: Actor, at: datetime) -> _Moved:
    """What is still paid earns now, as if the member had been known; within the return window it is pending."""
    days = load_settings(session)["points.pending_days"]
    pending = bool(days) and case.order.completed_at + timedelta(days=days) > at
    earning = loyalty.open_earning(session, member_id, worth.points, pending=pending)
    sold_at = case.order.completed_at
    loyalty.earn(session, earning, order_id=case.order.id, sold_at=sold_at, actor=actor, at=at)
    return _Moved(worth.points, earning.before, earning.after)


def _move(session: Session, case: Case, member_id: int, *, actor: Actor, at: datetime) -> _Moved:
    from_id, key = case.order.member_id, f"handover:{case.order.id}:{_sequence(session, case)}"
    assert from_id is not None
    points = case.sold.earned
    hold_accounts(session, [from_id, member_id])
    done = loyalty.hand_over_points(
        session, from_id, member_id, points, order_id=case.order.id, key=key, actor=actor, at=at
    )
    return _Moved(points, done.before, done.after, done.debt)


def _hand_over(
    session: Session,
    case: Case,
    member_id: int,
    moved: _Moved,
    *,
    reason: str = "",
    worth: Worth | None = None,
    actor: Actor,
    at: datetime,
) -> HandoverView:
    """Write it down, let growth follow the money, and announce it."""
    hold_living(session, member_id)
    draft = HandoverDraft(
        order_id=case.order.id,
        store_id=case.order.store_id,
        sequence=_sequence(session, case),
        kind=CLAIM if worth else CORRECTION,
        from_member_id=case.order.member_id,
        to_member_id=member_id,
        points=moved.points,
        growth=sum(tender.left - tender.bonus for tender in case.sold.tenders),
        debt=moved.debt,
        reason=reason,
        order=_columns(case, moved, worth),
        multipliers=worth.multipliers if worth else {},
    )
    done = orders.record_handover(session, draft, actor=actor, at=at)
    growth = {member_id: hold_paid_by_member(session, case.order.id).amount}
    if case.order.member_id is not None:
        growth[case.order.member_id] = 0
    for whose in sorted(growth):  # everybody locks two accounts in this order
        loyalty.settle_growth(session, whose, growth[whose], order_id=case.order.id, at=at)
    if case.order.member_id is not None:
        carry_on(session, case.order.member_id, order_id=case.order.id, actor=actor, at=at)
    announce(session, _handed_over(case, done, moved), at=at)
    return done


def _columns(case: Case, moved: _Moved, worth: Worth | None) -> Mapping[str, Any]:
    """What changes on the order: what its receipt says of points, and for a claim the rule that it earns by."""
    if worth is not None:
        told = {"points_earned": moved.points, "earn_rate": worth.rate, "tier_id": worth.tier_id}
        return told | {"points_before": moved.before, "points_after": moved.after}
    whole = moved.points == case.order.points_earned  # after a refund the receipt's line would not add up
    return {"points_before": moved.before if whole else None, "points_after": moved.after if whole else None}


def _handed_over(case: Case, done: HandoverView, moved: _Moved) -> OrderHandedOver:
    return OrderHandedOver(
        handover_id=done.id,
        order_id=done.order_id,
        number=done.order_number,
        kind=done.kind,
        from_member_id=done.from_member_id,
        to_member_id=done.to_member_id,
        amount=case.sold.left,
        points=done.points,
        points_after=moved.after,
        debt=done.debt,
        completed_at=case.order.completed_at.isoformat(),
        at=done.at.isoformat(),
    )


def _sequence(session: Session, case: Case) -> int:
    return len(list_handovers(session, case.order.id)) + 1
