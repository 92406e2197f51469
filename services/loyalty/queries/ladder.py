"""Looking up the ladder, and where a member stands on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.loyalty.models import GrowthAccount, GrowthEntry, MemberTier, Tier
from services.loyalty.rules import ladder as rules
from services.loyalty.rules.ladder import Step
from services.shared.refusals import NotFound
from services.stores.settings import Settings

YEAR = timedelta(days=365)
_tiers: Any = Tier.__table__
_LADDER = (
    select(_tiers.c.id, _tiers.c.name, _tiers.c.threshold)
    .where(_tiers.c.archived_at.is_(None))
    .order_by(_tiers.c.threshold)
)


@dataclass(frozen=True)
class Progress:
    """Where a member stands (None: below the ladder), what growth there is (hundredths), and the next level with what is missing."""

    standing: Step | None
    growth: int
    following: Step | None
    missing: int
    review_on: Any = None


def list_ladder(session: Session) -> list[Step]:
    """The levels, the lowest first."""
    return [Step(*row) for row in session.connection().execute(_LADDER)]


def list_tiers(session: Session) -> list[Tier]:
    """The levels with their benefits, the lowest first."""
    return list(session.scalars(select(Tier).where(Tier.archived_at.is_(None)).order_by(Tier.threshold)))


def get_tier(session: Session, tier_id: int) -> Tier:
    """One level. Raises NotFound."""
    tier = session.get(Tier, tier_id)
    if tier is None or tier.archived_at is not None:
        raise NotFound("tier_not_found")
    return tier


def get_standing(session: Session, member_id: int) -> Step | None:
    """The level on which a member stands."""
    row = session.execute(
        select(Tier.id, Tier.name, Tier.threshold)
        .join(MemberTier, MemberTier.tier_id == Tier.id)
        .where(MemberTier.member_id == member_id)
    ).first()
    return None if row is None else Step(*row)


def get_growth(session: Session, member_id: int, settings: Settings, *, at: datetime) -> int:
    """The growth that the ladder looks at: all of it, or that of the last twelve months (setting)."""
    if settings["tiers.basis"] == "lifetime":
        return session.scalar(select(GrowthAccount.balance).where(GrowthAccount.member_id == member_id)) or 0
    return int(
        session.scalar(
            select(func.coalesce(func.sum(GrowthEntry.amount), 0)).where(
                GrowthEntry.member_id == member_id, GrowthEntry.at > at - YEAR
            )
        )
        or 0
    )


def get_progress(session: Session, member_id: int, settings: Settings, *, at: datetime) -> Progress:
    """Where a member stands and what the next level asks for."""
    growth = get_growth(session, member_id, settings, at=at)
    following = rules.following(list_ladder(session), growth)
    standing = get_standing(session, member_id)
    review_on = session.scalar(select(MemberTier.review_on).where(MemberTier.member_id == member_id))
    return Progress(standing, growth, following, following.threshold - growth if following else 0, review_on)
