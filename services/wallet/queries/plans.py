"""Top-up plans, and which of them a member is offered."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.wallet.errors import PlanNotFound
from services.wallet.models import TopUp, TopUpPlan
from services.wallet.queries.balances import get_balance
from services.wallet.rules import bonus_of_tier


@dataclass(frozen=True)
class Offer:
    """A plan at the counter; `obstacle` says why this member cannot take it now: had it often enough, or no room below the cap.

    `extra` is what the member's level gives on top (fen), `left` how often they may still take it (None: always).
    """

    plan: TopUpPlan
    obstacle: Literal["", "used_up", "over_cap"] = ""
    left: int | None = None
    extra: int = 0

    @property
    def credited(self) -> int:
        """What can be spent of it."""
        return self.plan.amount + self.plan.bonus + self.extra


def get_plan(session: Session, plan_id: int) -> TopUpPlan:
    """One plan, archived or not. Raises PlanNotFound."""
    plan = session.get(TopUpPlan, plan_id)
    if plan is None:
        raise PlanNotFound
    return plan


def list_plans(session: Session, *, archived: bool = False, store_id: int | None = None) -> list[TopUpPlan]:
    """The plans in the shop's order: those in use, or those put away; of one store only what is offered there."""
    there = TopUpPlan.archived_at.is_not(None) if archived else TopUpPlan.archived_at.is_(None)
    found = session.scalars(select(TopUpPlan).where(there).order_by(TopUpPlan.sort, TopUpPlan.id))
    return [plan for plan in found if store_id is None or not plan.stores or store_id in plan.stores]


def count_top_ups(session: Session, member_id: int, plan_id: int) -> int:
    """How often a member took a plan."""
    mine = (TopUp.member_id == member_id, TopUp.plan_id == plan_id)
    return session.scalar(select(func.count(TopUp.id)).where(*mine)) or 0


def list_offers(session: Session, member_id: int, store_id: int | None, *, cap: int, per_mille: int = 0) -> list[Offer]:
    """What a member may choose from at a store (None: at any); `per_mille` of each is what their level gives on top."""
    used = dict(
        session.execute(
            select(TopUp.plan_id, func.count(TopUp.id)).where(TopUp.member_id == member_id).group_by(TopUp.plan_id)
        ).all()
    )
    room = cap - get_balance(session, member_id).total
    return [_offer(plan, used.get(plan.id, 0), room, per_mille) for plan in list_plans(session, store_id=store_id)]


def _offer(plan: TopUpPlan, used: int, room: int, per_mille: int) -> Offer:
    left = None if plan.per_member is None else max(0, plan.per_member - used)
    offer = Offer(plan, "", left, bonus_of_tier(plan.amount, per_mille))
    if left == 0:
        return replace(offer, obstacle="used_up")
    return replace(offer, obstacle="over_cap") if offer.credited > room else offer
