"""An order as a refund sees it, and what a refund would do, with every effect in words before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.errors import VoidTooLate
from services.checkout.rules import refunds as rules
from services.checkout.rules.refunds import Back, PaidBy, Plan, Sold, SoldLine, Wish
from services.coupons.queries import list_coupons
from services.loyalty.models import PendingPoints
from services.loyalty.queries import get_balance, rate_of
from services.loyalty.queries.ladder import get_growth_of_order
from services.loyalty.rules import Rate
from services.members.queries import keeper_of
from services.orders.queries import OrderView, RefundView, get_order, list_refunds
from services.shared import money
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.words import N_
from services.stores.queries import load_settings
from services.wallet.queries import list_parts_of_order

POINTS = "points"  # the kind of a share that points took off a line


@dataclass(frozen=True)
class Case:
    """An order, what went back before, and what a refund may still take."""

    order: OrderView
    refunds: tuple[RefundView, ...]
    sold: Sold


@dataclass(frozen=True)
class Effect:
    """One thing that a refund does, in words: `text` is a msgid, `params` fill its places (whole numbers of money as text)."""

    kind: str
    text: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """What a refund would do. `seen` is how many refunds there were: the refund itself sends it along."""

    case: Case
    plan: Plan
    effects: tuple[Effect, ...]
    points_before: int
    points_after: int

    @property
    def debt(self) -> int:
        """The points that the member would owe."""
        return max(0, -self.points_after)

    @property
    def seen(self) -> int:
        """How many refunds the order has."""
        return len(self.case.refunds)


def load_case(session: Session, order_id: int, *, actor: Actor) -> Case:
    """An order with its refunds. Raises NotFound."""
    order = get_order(session, order_id, actor=actor)
    refunds = tuple(list_refunds(session, order_id))
    return Case(order, refunds, _sold(session, order, refunds))


def get_refund_preview(session: Session, order_id: int, wish: Wish, *, actor: Actor, at: datetime) -> Preview:
    """What `wish` would do. Raises NotFound, Forbidden, AlreadyRefunded, VoidTooLate, or Invalid beside what is asked for."""
    case = load_case(session, order_id, actor=actor)
    actor.require(permissions.REFUNDS_CREATE, case.order.store_id)
    if wish.way == "void":
        require_voidable(session, case, at=at)
    plan = rules.plan(case.sold, wish)
    before = get_balance(session, keeper_of(session, case.order.points_of)) if case.order.points_of else 0
    waiting = session.get(PendingPoints, order_id)  # these have not reached the balance yet
    taken = plan.points_taken_back - min(plan.points_taken_back, waiting.points if waiting else 0)
    after = before + plan.points_returned - taken
    return Preview(case, plan, tuple(_effects(session, case, plan, after, at)), before, after)


def is_voidable(session: Session, case: Case, *, at: datetime) -> bool:
    """Whether the order is of this shop day and nothing of it went back."""
    today = local_day(at, load_settings(session).zone)
    return not case.refunds and case.order.day == today and not case.sold.is_complete


def require_voidable(session: Session, case: Case, *, at: datetime) -> None:
    """Raise VoidTooLate where it is not."""
    if not is_voidable(session, case, at=at):
        raise VoidTooLate


def rate_of_order(session: Session, order: OrderView) -> Rate:
    """The rule that an order was sold under; the shop's of now where none was written down."""
    told = order.earn_rate
    return Rate(told["step"], told["per_step"], told["way"]) if told else rate_of(load_settings(session))


def sold_lines(order: OrderView, refunds: Sequence[RefundView]) -> tuple[SoldLine, ...]:
    """The lines with everything that went back of them, in its order."""
    return tuple(
        SoldLine(
            position=line.position,
            quantity=line.quantity,
            amount=line.amount,
            multiplier=line.multiplier,
            by_points=-sum(share.amount for share in line.shares if share.kind == POINTS),
            backs=tuple(
                Back(back.quantity, back.amount)
                for refund in refunds
                for back in refund.lines
                if back.position == line.position
            ),
        )
        for line in order.lines
    )


def held_tenders(order: OrderView, refunds: Sequence[RefundView]) -> tuple[PaidBy, ...]:
    """The tenders with what went back to each."""
    returned = [back for refund in refunds for back in refund.tenders]
    return tuple(
        PaidBy(
            tender.kind,
            tender.amount,
            tender.refunded,
            tender.bonus - sum(back.bonus for back in returned if back.place == place),
        )
        for place, tender in enumerate(order.tenders)
    )


def _sold(session: Session, order: OrderView, refunds: Sequence[RefundView]) -> Sold:
    lines, tenders = sold_lines(order, refunds), held_tenders(order, refunds)
    if order.member_id is None:
        return Sold(lines, tenders)
    spent, returned = list_parts_of_order(session, order.id)
    coupons = {share.coupon_id for line in order.lines for share in line.shares if share.coupon_id is not None}
    return Sold(
        lines=lines,
        tenders=tenders,
        earned=order.points_earned - sum(refund.points_taken_back for refund in refunds),
        rate=rate_of_order(session, order),
        points_spent=order.points_spent,
        points_returned=sum(refund.points_returned for refund in refunds),
        growth=get_growth_of_order(session, order.member_id, order.id),
        coupons=tuple(sorted(coupons)),
        wallet_spent=tuple(spent),
        wallet_returned=tuple(returned),
    )


def _effects(session: Session, case: Case, plan: Plan, points_after: int, at: datetime) -> list[Effect]:
    """Everything beside the money itself, the weightiest first."""
    found = []
    if plan.to_wallet:
        principal, bonus = sum(part.principal for part in plan.wallet), sum(part.bonus for part in plan.wallet)
        words = N_("储值退回本金 ¥%(principal)s、赠送金 ¥%(bonus)s，回到原来的那笔充值")
        found.append(Effect("wallet", words, {"principal": money.text(principal), "bonus": money.text(bonus)}))
    if plan.points_returned:
        found.append(Effect("points_returned", N_("退回用掉的 %(points)s 积分"), {"points": plan.points_returned}))
    if plan.points_taken_back:
        found.append(Effect("points_taken_back", N_("收回得到的 %(points)s 积分"), {"points": plan.points_taken_back}))
    if points_after < 0 and plan.points_taken_back:
        found.append(
            Effect("debt", N_("积分已经用掉了：会员欠 %(points)s 积分，下次得到的先还"), {"points": -points_after})
        )
    if plan.growth_taken_back:
        words = N_("成长值减 %(growth)s，等级到年度复核时才会变")
        found.append(Effect("growth", words, {"growth": _whole(plan.growth_taken_back)}))
    return found + _coupons(session, case, plan, at)


def _coupons(session: Session, case: Case, plan: Plan, at: datetime) -> list[Effect]:
    if not plan.complete:
        return [Effect("coupon_kept", N_("优惠券要整单退完才退回"), {})] if case.sold.coupons else []
    back = N_("优惠券「%(name)s」退回卡包")
    over = N_("优惠券「%(name)s」已经过期，不退回")
    return [
        Effect("coupon_expired" if _is_over(each.expires_at, at) else "coupon_returned",
               over if _is_over(each.expires_at, at) else back, {"name": each.name})
        for each in list_coupons(session, plan.coupons)
    ]  # fmt: skip


def _is_over(expires_at: datetime | None, at: datetime) -> bool:
    return expires_at is not None and expires_at <= at


def _whole(hundredths: int) -> str:
    """Growth to read: without its hundredths where there are none."""
    return money.text(hundredths).removesuffix(".00")
