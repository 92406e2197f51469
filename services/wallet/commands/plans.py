"""Changing top-up plans. Whether a coupon template that a plan names is there is asked above (services.checkout.commands.top_up_plans)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared.actors import Actor
from services.wallet import permissions
from services.wallet.models import TopUpPlan
from services.wallet.queries.plans import get_plan

_PLAIN = ("name", "amount", "bonus", "points", "template_id", "coupons", "per_member", "stores")


def create_plan(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> TopUpPlan:
    """Add a plan; it comes last."""
    actor.require(permissions.TOP_UP_PLANS_CHANGE)
    last = session.scalar(select(func.max(TopUpPlan.sort))) or 0
    plan = TopUpPlan(**{name: data[name] for name in _PLAIN}, sort=last + 1, created_at=at, archived_at=None)
    _drop_what_nobody_gets(plan)
    session.add(plan)
    session.flush()
    changes = {"name": plan.name, "amount": plan.amount, "bonus": plan.bonus}
    audit.record(session, "top_up_plans:create", ("top_up_plan", plan.id), actor=actor, at=at, changes=changes)
    return plan


def change_plan(session: Session, plan_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> TopUpPlan:
    """Change some of a plan; what was topped up before stays as it was. Raises PlanNotFound."""
    actor.require(permissions.TOP_UP_PLANS_CHANGE)
    plan = get_plan(session, plan_id)
    before = {name: getattr(plan, name) for name in _PLAIN}
    for name in _PLAIN:
        if name in data:
            setattr(plan, name, data[name])
    _drop_what_nobody_gets(plan)
    changes = {name: [before[name], getattr(plan, name)] for name in _PLAIN if getattr(plan, name) != before[name]}
    if changes:
        session.flush()
        audit.record(session, "top_up_plans:change", ("top_up_plan", plan.id), actor=actor, at=at, changes=changes)
    return plan


def archive_plan(session: Session, plan_id: int, *, actor: Actor, at: datetime) -> TopUpPlan:
    """Offer a plan no longer. Nothing happens when it is put away already."""
    actor.require(permissions.TOP_UP_PLANS_CHANGE)
    plan = get_plan(session, plan_id)
    if plan.archived_at is None:
        plan.archived_at = at
        told = _told(plan)
        audit.record(session, "top_up_plans:archive", ("top_up_plan", plan.id), actor=actor, at=at, changes=told)
    return plan


def restore_plan(session: Session, plan_id: int, *, actor: Actor, at: datetime) -> TopUpPlan:
    """Offer a plan again."""
    actor.require(permissions.TOP_UP_PLANS_CHANGE)
    plan = get_plan(session, plan_id)
    if plan.archived_at is not None:
        plan.archived_at = None
        told = _told(plan)
        audit.record(session, "top_up_plans:restore", ("top_up_plan", plan.id), actor=actor, at=at, changes=told)
    return plan


def sort_plans(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Put the plans into the order of `ids`; those not named keep their place number."""
    actor.require(permissions.TOP_UP_PLANS_CHANGE)
    for place, plan_id in enumerate(ids, 1):
        get_plan(session, plan_id).sort = place
    audit.record(session, "top_up_plans:sort", ("top_up_plan", None), actor=actor, at=at, changes={"order": list(ids)})


def _drop_what_nobody_gets(plan: TopUpPlan) -> None:
    """A kind of coupon without a number gives none, and a number without a kind neither."""
    if not plan.coupons or plan.template_id is None:
        plan.coupons, plan.template_id = 0, None


def _told(plan: TopUpPlan) -> dict[str, Any]:
    return {"name": plan.name, "amount": plan.amount}
