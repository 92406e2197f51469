"""Changing the ladder: its benefits name coupons, and only here both are known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout.jobs import catch_up_growth
from services.coupons.models import CouponTemplate
from services.loyalty import commands as loyalty
from services.loyalty.models import Tier
from services.shared import jobs
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_


def create_tier(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tier:
    """As loyalty's, for coupons that exist; what was bought before there was a ladder counts, too. Raises Invalid."""
    _require_templates(session, data)
    jobs.enqueue(session, catch_up_growth)
    return loyalty.create_tier(session, data, actor=actor, at=at)


def change_tier(session: Session, tier_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tier:
    """As loyalty's, for coupons that exist. Raises NotFound, Invalid."""
    _require_templates(session, data)
    return loyalty.change_tier(session, tier_id, data, actor=actor, at=at)


def _require_templates(session: Session, data: Mapping[str, Any]) -> None:
    named = {
        "birthday_template": {data.get("birthday_template_id")} - {None},
        "monthly_templates": set(data.get("monthly_template_ids", ())),
    }
    wanted = set().union(*named.values())
    if not wanted:
        return
    there = set(
        session.scalars(
            select(CouponTemplate.id).where(CouponTemplate.id.in_(wanted), CouponTemplate.archived_at.is_(None))
        )
    )
    wrong = {field: [N_("没有这种券")] for field, ids in named.items() if not ids <= there}
    if wrong:
        raise Invalid(wrong)
