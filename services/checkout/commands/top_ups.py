"""充值: a member pays in. The wallet, and what a plan gives beside it: points and coupons, in one transaction.

Accounts are locked in the order of a sale: points, wallet, the store's counter, coupons' stock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.queries.drawers import find_drawer
from services.checkout.rules import tenders
from services.coupons import commands as coupons
from services.loyalty import commands as loyalty
from services.loyalty.queries import tier_of
from services.members.queries import get_member
from services.orders.queries import TenderView
from services.shared import ids
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.models import Store
from services.stores.queries import get_open_store, load_settings
from services.wallet import commands as wallet
from services.wallet import permissions
from services.wallet.commands import TopUpDraft
from services.wallet.commands.top_ups import GONE
from services.wallet.errors import PlanNotFound, PlanUnavailable
from services.wallet.events import ToppedUp
from services.wallet.models import TopUp, TopUpPlan
from services.wallet.queries import get_plan
from services.wallet.rules import bonus_of_tier
from services.wallet.schemas import PAID_BY

CHANGED = N_("这个方案刚改过，请重新选一次")


@dataclass(frozen=True)
class _Offer:
    """What is paid and what comes with it; `extra` is what the member's level gives on top."""

    amount: int
    plan: TopUpPlan | None = None
    extra: int = 0

    @property
    def bonus(self) -> int:
        return (self.plan.bonus if self.plan else 0) + self.extra

    @property
    def points(self) -> int:
        return self.plan.points if self.plan else 0

    @property
    def coupons(self) -> int:
        return self.plan.coupons if self.plan else 0


def top_up(
    session: Session,
    member_id: int,
    data: Mapping[str, Any],
    *,
    shift_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> TopUp:
    """Pay into a member's wallet: `store_id`, `plan_id` or `amount` (fen), and `tenders` that add up to it. Where
    `bonus`, `points` or `coupons` say what the buyer was shown, it has to be that still.

    Raises Forbidden, Invalid beside the field (tenders, a plan that is not offered, OverCap), NoneLeft or TemplatePaused when the
    coupons that the plan promises are gone, TillClosed without an open till where the shop wants one. `shift_id` names another till than
    the actor's own.
    """
    actor.require(permissions.WALLET_TOP_UP, data["store_id"])
    store = get_open_store(session, data["store_id"], actor=actor)
    offer = _with_extra(session, member_id, _offer(session, data))
    _require_as_shown(offer, data)
    if get_member(session, member_id).archived:
        raise Invalid({"member": [GONE]})
    paid = _settle(offer.amount, data["tenders"])
    if offer.points:
        key = f"top_up:{ids.token()}:points"
        loyalty.grant_points(session, member_id, offer.points, kind="top_up", key=key, actor=actor, at=at)
    shift_id = shift_id or find_drawer(session, store.id, actor=actor)
    draft = _draft(session, member_id, store, offer, paid=paid, shift_id=shift_id)
    made, moved = wallet.record_top_up(session, draft, actor=actor, at=at)
    _issue(session, made, offer, actor=actor, at=at)
    changes = {"number": made.number, "paid": made.principal, "bonus": made.bonus}
    audit.record(
        session, "wallet:top_up", ("member", member_id), actor=actor, at=at, store_id=store.id, changes=changes
    )
    after = {"principal_after": moved.after[0], "bonus_after": moved.after[1]}
    announce(session, _topped_up(made, after), at=at)
    return made


def _offer(session: Session, data: Mapping[str, Any]) -> _Offer:
    """What was chosen: a plan that is offered here, or an amount. A plan whose amount is another by now is not taken."""
    if data.get("plan_id") is None:
        return _Offer(data["amount"])
    try:
        plan = get_plan(session, data["plan_id"])
    except PlanNotFound:
        raise PlanUnavailable(PlanNotFound.text) from None
    if plan.archived_at is not None:
        raise PlanUnavailable(N_("这个方案停用了，请换一个"))
    if plan.stores and data["store_id"] not in plan.stores:
        raise PlanUnavailable(N_("这家店没有这个方案，请换一个"))
    if data.get("amount") not in (None, plan.amount):
        raise PlanUnavailable(CHANGED)
    return _Offer(plan.amount, plan)


def _with_extra(session: Session, member_id: int, offer: _Offer) -> _Offer:
    """The offer with what the member's level gives on top of any top-up (等级多送)."""
    tier = tier_of(session, member_id)
    return replace(offer, extra=bonus_of_tier(offer.amount, tier.wallet_bonus)) if tier else offer


def _require_as_shown(offer: _Offer, data: Mapping[str, Any]) -> None:
    """What comes with it is what the buyer was told, as far as the caller says what that was. Raises PlanUnavailable."""
    given = {"bonus": offer.bonus, "points": offer.points, "coupons": offer.coupons}
    if any(data.get(name) not in (None, now) for name, now in given.items()):
        raise PlanUnavailable(CHANGED)


def _settle(amount: int, paid: list[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The tenders as they are kept, when they pay exactly `amount`; stored value pays no top-up. Raises Invalid."""
    views = [TenderView(each["kind"], each["amount"], each.get("received")) for each in paid]
    if any(view.kind not in PAID_BY for view in views):
        raise Invalid({"tenders": [N_("没有这种收款方式")]})
    settled = tenders.settle(amount, views).tenders
    return tuple({"kind": view.kind, "amount": view.amount, "received": view.received} for view in settled)


def _draft(
    session: Session,
    member_id: int,
    store: Store,
    offer: _Offer,
    *,
    paid: tuple[dict[str, Any], ...],
    shift_id: int | None,
) -> TopUpDraft:
    settings, plan = load_settings(session), offer.plan
    return TopUpDraft(
        member_id=member_id, store_id=store.id, store_code=store.code, zone=settings.zone, principal=offer.amount,
        bonus=offer.bonus, cap=settings["wallet.cap"], tenders=paid, plan_id=plan.id if plan else None,
        plan_name=plan.name if plan else "", points=offer.points, coupons=offer.coupons,
        per_member=plan.per_member if plan else None, shift_id=shift_id,
    )  # fmt: skip


def _issue(session: Session, made: TopUp, offer: _Offer, *, actor: Actor, at: datetime) -> None:
    """The coupons that were paid for: over the shares of member and day, within the stock."""
    if offer.plan is None or offer.plan.template_id is None:
        return
    for number in range(offer.coupons):
        coupons.issue_coupon(
            session, offer.plan.template_id, made.member_id, source="top_up", key=f"top_up:{made.id}:{number + 1}",
            limited=False, actor=actor, at=at,
        )  # fmt: skip


def _topped_up(made: TopUp, after: Mapping[str, int]) -> ToppedUp:
    return ToppedUp(
        top_up_id=made.id, member_id=made.member_id, store_id=made.store_id, plan_id=made.plan_id,
        principal=made.principal, bonus=made.bonus, points=made.points, coupons=made.coupons, **after,
    )  # fmt: skip
