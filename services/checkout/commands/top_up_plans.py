"""Changing top-up plans that may give coupons: the coupons' kind has to be there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.coupons.errors import TemplateNotFound, TemplatePaused
from services.coupons.queries import get_open_template
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.wallet import commands as wallet
from services.wallet.models import TopUpPlan
from services.wallet.queries import get_plan


def create_top_up_plan(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> TopUpPlan:
    """Add a plan. Raises Invalid for a kind of coupon that is not issued."""
    _require_template(session, data.get("template_id"), data.get("coupons", 0))
    return wallet.create_plan(session, data, actor=actor, at=at)


def change_top_up_plan(
    session: Session, plan_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> TopUpPlan:
    """Change a plan. Raises PlanNotFound, Invalid for a kind of coupon that is not issued."""
    plan = get_plan(session, plan_id)
    template_id = data.get("template_id", plan.template_id)
    if (template_id, data.get("coupons")) != (plan.template_id, plan.coupons):
        _require_template(session, template_id, data.get("coupons", plan.coupons))
    return wallet.change_plan(session, plan_id, data, actor=actor, at=at)


def _require_template(session: Session, template_id: int | None, coupons: int) -> None:
    if template_id is None or not coupons:
        return
    try:
        get_open_template(session, template_id)
    except (TemplateNotFound, TemplatePaused):
        raise Invalid({"template": [N_("这种优惠券没有在发")]}) from None
