"""Looking up the ladder, and where members stand on it. Growth is in hundredths: ¥1 paid, or one point, is 100."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.loyalty.models import GrowthAccount, GrowthEntry, MemberTier, PointsEntry, Tier
from services.loyalty.rules import ladder as rules
from services.loyalty.rules.ladder import Step
from services.members.models import Member
from services.shared.refusals import NotFound
from services.stores.settings import Settings

YEAR = timedelta(days=365)
EARNED = ("earn", "claw_back")  # the entries of points that climb, where the ladder counts points

# Built once: every sale of a member asks.
_tiers: Any = Tier.__table__
_stands: Any = MemberTier.__table__
_LADDER = (
    select(_tiers.c.id, _tiers.c.name, _tiers.c.threshold)
    .where(_tiers.c.archived_at.is_(None))
    .order_by(_tiers.c.threshold)
)
_STANDING = (
    select(_tiers.c.id, _tiers.c.name, _tiers.c.threshold, _stands.c.since, _stands.c.review_on, _stands.c.warned_on)
    .join_from(_stands, _tiers, _tiers.c.id == _stands.c.tier_id)
    .where(_stands.c.member_id == bindparam("member"))
)
_grown: Any = GrowthEntry.__table__.c
_OF_ORDER = select(func.coalesce(func.sum(_grown.amount), 0)).where(
    _grown.member_id == bindparam("member"), _grown.order_id == bindparam("order")
)


@dataclass(frozen=True)
class Standing:
    """Where a member stands: the level, since when, until which day it holds, and when the review warned (None: it did not)."""

    step: Step
    since: datetime
    review_on: date
    warned_on: date | None


@dataclass(frozen=True)
class Progress:
    """A member's place (None: below the ladder), the growth that counts, and the next level with what is missing to it."""

    standing: Standing | None
    growth: int
    following: Step | None
    missing: int

    @property
    def tier(self) -> Step | None:
        """The level."""
        return self.standing.step if self.standing else None


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


def tier_of(session: Session, member_id: int) -> Tier | None:
    """The level of a member with its benefits; None below the ladder."""
    return session.scalar(select(Tier).join(MemberTier).where(MemberTier.member_id == member_id))


def list_tier_names(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The level's name by member; those below the ladder are missing."""
    rows = session.execute(
        select(MemberTier.member_id, Tier.name).join(Tier).where(MemberTier.member_id.in_(member_ids))
    )
    return {row[0]: row[1] for row in rows}


def count_members_by_tier(session: Session) -> dict[int, int]:
    """How many members stand on each level; levels without any are missing."""
    rows = session.execute(select(MemberTier.tier_id, func.count()).group_by(MemberTier.tier_id))
    return {row[0]: row[1] for row in rows}


def find_standing(session: Session, member_id: int) -> Standing | None:
    """The level on which a member stands; None below the ladder."""
    row = session.connection().execute(_STANDING, {"member": member_id}).first()
    return None if row is None else Standing(Step(*row[:3]), *row[3:])


def get_growth(session: Session, member_id: int, settings: Settings, *, at: datetime) -> int:
    """The growth that the ladder looks at (setting): money paid in the last twelve months, ever, or points earned ever."""
    return list_growths(session, [member_id], settings, at=at).get(member_id, 0)


def list_growths(session: Session, member_ids: Collection[int], settings: Settings, *, at: datetime) -> dict[int, int]:
    """As `get_growth`, of several members; those without any are missing. One query."""
    query = _growths(settings["tiers.basis"], member_ids, at)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _growths(basis: str, member_ids: Collection[int], at: datetime) -> Select[int, int]:
    if basis == "lifetime":
        return select(GrowthAccount.member_id, GrowthAccount.balance).where(GrowthAccount.member_id.in_(member_ids))
    if basis == "points":
        whose = func.coalesce(Member.merged_into, Member.id)  # what a merged card earned is the other's
        mine = select(Member.id).where(or_(Member.id.in_(member_ids), Member.merged_into.in_(member_ids)))
        return (
            select(whose, 100 * func.sum(PointsEntry.amount))
            .join(Member, Member.id == PointsEntry.member_id)
            .where(PointsEntry.member_id.in_(mine), PointsEntry.kind.in_(EARNED))
            .group_by(whose)
        )
    # What an order gave and what was taken back later leave the year together: with the order's first entry.
    origin = func.coalesce(GrowthEntry.order_id, -GrowthEntry.id)
    counted = (
        select(GrowthEntry.member_id, func.sum(GrowthEntry.amount).label("sum"))
        .where(GrowthEntry.member_id.in_(member_ids))
        .group_by(GrowthEntry.member_id, origin)
        .having(func.min(GrowthEntry.at) > at - YEAR)
        .subquery()
    )
    return select(counted.c.member_id, func.sum(counted.c.sum)).group_by(counted.c.member_id)


def get_growth_of_order(session: Session, member_id: int, order_id: int) -> int:
    """What an order has given to a member's growth, less what was taken back."""
    given = {"member": member_id, "order": order_id}
    return int(session.connection().execute(_OF_ORDER, given).scalar_one())


def get_progress(session: Session, member_id: int, settings: Settings, *, at: datetime) -> Progress:
    """Where a member stands and what the next level asks for."""
    growth, standing = get_growth(session, member_id, settings, at=at), find_standing(session, member_id)
    reached = max(growth, standing.step.threshold) if standing else growth
    following = rules.following(list_ladder(session), reached)
    return Progress(standing, growth, following, following.threshold - growth if following else 0)


def list_growth_entries(
    session: Session, member_id: int, *, after: int | None = None, limit: int = 50
) -> list[GrowthEntry]:
    """Why the growth is what it is, newest first; `after` is the id of the last one seen."""
    query = select(GrowthEntry).where(GrowthEntry.member_id == member_id)
    if after is not None:
        query = query.where(GrowthEntry.id < after)
    return list(session.scalars(query.order_by(GrowthEntry.id.desc()).limit(limit)))


def list_reviews_due(session: Session, day: date, grace: int, *, after: int = 0, limit: int = 100) -> list[int]:
    """Members whose level has to be looked at on `day`: not warned yet, or warned `grace` days ago. By id."""
    ripe = MemberTier.warned_on.is_(None) | (MemberTier.warned_on <= day - timedelta(days=grace))
    query = select(MemberTier.member_id).where(MemberTier.review_on <= day, ripe, MemberTier.member_id > after)
    return list(session.scalars(query.order_by(MemberTier.member_id).limit(limit)))


def list_on_removed(session: Session, *, after: int = 0, limit: int = 100) -> list[int]:
    """Members who stand on a level that was taken off the ladder, by id."""
    query = select(MemberTier.member_id).join(Tier).where(Tier.archived_at.is_not(None), MemberTier.member_id > after)
    return list(session.scalars(query.order_by(MemberTier.member_id).limit(limit)))


def list_living(session: Session, *, after: int = 0, limit: int = 500) -> list[int]:
    """Members with a card in use, by id."""
    query = select(Member.id).where(Member.archived_at.is_(None), Member.id > after)
    return list(session.scalars(query.order_by(Member.id).limit(limit)))


def find_risers(session: Session, member_ids: Collection[int], settings: Settings, *, at: datetime) -> list[int]:
    """Of these members, who reaches a higher level than the one they stand on."""
    ladder = list_ladder(session)
    growths = list_growths(session, member_ids, settings, at=at)
    rows = session.execute(
        select(MemberTier.member_id, Tier.id, Tier.name, Tier.threshold)
        .join(Tier)
        .where(MemberTier.member_id.in_(member_ids))
    )
    standing = {row[0]: Step(*row[1:]) for row in rows}
    return [each for each in member_ids if rules.upgrade(ladder, standing.get(each), growths.get(each, 0))]
