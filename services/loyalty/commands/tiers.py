"""Building the ladder: levels in ascending order of their thresholds, each with benefits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.loyalty import permissions
from services.loyalty.jobs import settle_ladder
from services.loyalty.models import Tier
from services.loyalty.queries.ladder import get_tier
from services.shared import jobs
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_

MOST = 12


def create_tier(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tier:
    """Add a level; whoever reaches it rises in the background. Raises Invalid for a name or threshold that is taken.

    That the coupons it names exist is the caller's to check (checkout.commands.tiers).
    """
    actor.require(permissions.TIERS_CHANGE)
    _require_free(session, data, None)
    tier = Tier(**data, created_at=at)
    session.add(tier)
    session.flush()
    changes = {"name": tier.name, "threshold": tier.threshold, "pays": tier.pays}
    audit.record(session, "tiers:create", ("tier", tier.id), actor=actor, at=at, changes=changes)
    jobs.enqueue(session, settle_ladder)
    return tier


def change_tier(session: Session, tier_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tier:
    """Change a level; members keep it until their review, whoever reaches a lowered one rises. Raises NotFound, Invalid."""
    actor.require(permissions.TIERS_CHANGE)
    tier = get_tier(session, tier_id)
    _require_free(session, data, tier.id)
    changes = {key: [getattr(tier, key), value] for key, value in data.items() if getattr(tier, key) != value}
    for key, value in data.items():
        setattr(tier, key, value)
    session.flush()
    audit.record(session, "tiers:change", ("tier", tier.id), actor=actor, at=at, changes=changes)
    jobs.enqueue(session, settle_ladder)
    return tier


def archive_tier(session: Session, tier_id: int, *, actor: Actor, at: datetime) -> Tier:
    """Take a level off the ladder. Its members keep the benefits until a job has brought them to the level below, and told them."""
    actor.require(permissions.TIERS_CHANGE)
    tier = get_tier(session, tier_id)
    tier.archived_at = at
    session.flush()
    audit.record(session, "tiers:archive", ("tier", tier.id), actor=actor, at=at, changes={"name": tier.name})
    jobs.enqueue(session, settle_ladder)
    return tier


def _require_free(session: Session, data: Mapping[str, Any], own: int | None) -> None:
    """Names and thresholds are unique: so the ladder ascends. Raises Invalid with the words beside the field."""
    others = [tier for tier in session.scalars(select(Tier).where(Tier.archived_at.is_(None))) if tier.id != own]
    wrong = {}
    if any(tier.name == data.get("name") for tier in others):
        wrong["name"] = [N_("已经有这个等级了")]
    if any(tier.threshold == data.get("threshold") for tier in others):
        wrong["threshold"] = [N_("已经有一个等级要这么多，改高或改低一点")]
    if own is None and len(others) >= MOST:
        wrong["name"] = [N_("等级太多了，会员记不住")]
    if wrong:
        raise Invalid(wrong)


def settle_later(session: Session) -> None:
    """Let the worker bring many new members up to the levels that are theirs."""
    jobs.enqueue(session, settle_ladder)
