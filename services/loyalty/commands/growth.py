"""Growth climbs the ladder: up at once, down only at the yearly review after its grace, and where a level is removed."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.loyalty.books import GROWTH
from services.loyalty.events import TierChanged, TierKept, TierWarned
from services.loyalty.models import MemberTier
from services.loyalty.queries.ladder import (
    Standing,
    find_standing,
    get_growth,
    get_growth_of_order,
    list_ladder,
)
from services.loyalty.rules import ladder as rules
from services.loyalty.rules.ladder import Step
from services.shared import ledger
from services.shared.actors import SYSTEM
from services.shared.days import local_day
from services.shared.events import announce
from services.shared.ledger import Head
from services.stores.queries import load_settings


def grow(
    session: Session,
    member_id: int,
    amount: int,
    *,
    key: str,
    order_id: int | None,
    kind: str,
    at: datetime,
    head: Head | None = None,
    rises: bool = True,
) -> Step | None:
    """Add growth (hundredths; negative takes back) with its origin, and rise at once where it reaches; the level risen to, if any.

    A fall waits for the review.
    """
    if not amount:
        return None
    moved = ledger.move(session, GROWTH, member_id, (amount,), head=head)
    assert moved is not None, "growth has no floor"
    fields = {
        "kind": kind, "key": key, "order_id": order_id, "note": "", "actor_kind": SYSTEM.kind, "actor_id": SYSTEM.id,
        "at": at,
    }  # fmt: skip
    ledger.enter(session, GROWTH, moved, fields)
    return rise(session, member_id, at=at) if rises else None


def settle_growth(
    session: Session, member_id: int, target: int, *, order_id: int, rises: bool = True, at: datetime
) -> int:
    """Bring what an order gave to a member's growth to `target`: what is still paid for it (fen). Returns the change.

    Told twice it changes nothing: a sale, its refunds in any order and a change of its member all end at the same growth. `rises`
    False leaves the level to `settle_ladder`, where many old orders are told at once.
    """
    head = ledger.hold(session, GROWTH, member_id)
    change = target - get_growth_of_order(session, member_id, order_id)
    key = f"order:{order_id}:growth:{member_id}:{head.sequence + 1}"
    kind = "order" if change > 0 else "refund"
    grow(session, member_id, change, key=key, order_id=order_id, kind=kind, at=at, head=head, rises=rises)
    return change


def rise(session: Session, member_id: int, *, at: datetime) -> Step | None:
    """Bring a member up to the level that growth reaches, at once; the level risen to, if any.

    Who was warned by the review and has made up for it keeps the level, also at once.
    """
    ladder = list_ladder(session)
    if not ladder:
        return None
    settings, standing = load_settings(session), find_standing(session, member_id)
    growth = get_growth(session, member_id, settings, at=at)
    higher = rules.upgrade(ladder, standing.step if standing else None, growth)
    if higher is not None:
        _move(session, member_id, standing, higher, "up", zone=settings.zone, at=at)
    elif standing and standing.warned_on and growth >= standing.step.threshold:
        _keep(session, member_id, standing, zone=settings.zone, at=at)
    return higher


def review_tier(session: Session, member_id: int, *, at: datetime) -> Step | None:
    """The yearly review, from its day on: keep the level; else warn once, and after the grace go one down. The level after it."""
    ledger.hold(session, GROWTH, member_id)
    settings, standing = load_settings(session), find_standing(session, member_id)
    today, grace = local_day(at, settings.zone), timedelta(days=settings["tiers.grace_days"])
    if standing is None or standing.review_on > today:
        return standing.step if standing else None
    growth = get_growth(session, member_id, settings, at=at)
    if growth >= standing.step.threshold:
        _keep(session, member_id, standing, zone=settings.zone, at=at)
        return standing.step
    if grace and standing.warned_on is None:
        _warn(session, member_id, standing, standing.step.threshold - growth, today=today, until=today + grace, at=at)
        return standing.step
    if grace and standing.warned_on and standing.warned_on + grace > today:
        return standing.step
    after = rules.review(list_ladder(session), standing.step, growth)
    _move(session, member_id, standing, after, "review", zone=settings.zone, at=at)
    return after


def leave_removed(session: Session, member_id: int, *, at: datetime) -> Step | None:
    """Bring a member from a level that was removed to the one below it, or to a higher one that growth reaches."""
    ledger.hold(session, GROWTH, member_id)
    settings, standing = load_settings(session), find_standing(session, member_id)
    ladder = list_ladder(session)
    if standing is None or standing.step in ladder:
        return standing.step if standing else None
    growth = get_growth(session, member_id, settings, at=at)
    after = rules.reached(ladder, max(growth, standing.step.threshold))
    _move(session, member_id, standing, after, "removed", zone=settings.zone, at=at)
    return after


def _move(
    session: Session,
    member_id: int,
    before: Standing | None,
    after: Step | None,
    way: str,
    *,
    zone: str,
    at: datetime,
) -> None:
    """Put the member on another level for a year (off the ladder where there is none)."""
    if after is None:
        session.execute(delete(MemberTier).where(MemberTier.member_id == member_id))
    else:
        _write(session, member_id, after.id, since=at, review_on=rules.year_later(local_day(at, zone)))
    names = [before.step.name if before else None, after.name if after else None]
    audit.record(session, "tiers:move", ("member", member_id), actor=SYSTEM, at=at, changes={"tier": names, "way": way})
    ids = before.step.id if before else None, after.id if after else None
    announce(session, TierChanged(member_id, *ids, way, at.isoformat()), at=at)


def _keep(session: Session, member_id: int, standing: Standing, *, zone: str, at: datetime) -> None:
    """The level holds for another year."""
    review_on = rules.year_later(local_day(at, zone))
    _write(session, member_id, standing.step.id, since=standing.since, review_on=review_on)
    changes = {"tier": standing.step.name, "review_on": review_on.isoformat()}
    audit.record(session, "tiers:keep", ("member", member_id), actor=SYSTEM, at=at, changes=changes)
    announce(session, TierKept(member_id, standing.step.id, review_on.isoformat()), at=at)


def _warn(
    session: Session, member_id: int, standing: Standing, missing: int, *, today: date, until: date, at: datetime
) -> None:
    """Say what is missing, and until when it can be made up for."""
    session.execute(update(MemberTier).where(MemberTier.member_id == member_id).values(warned_on=today))
    changes = {"tier": standing.step.name, "until": until.isoformat()}
    audit.record(session, "tiers:warn", ("member", member_id), actor=SYSTEM, at=at, changes=changes)
    announce(session, TierWarned(member_id, standing.step.id, missing, until.isoformat()), at=at)


def _write(session: Session, member_id: int, tier_id: int, *, since: datetime, review_on: date) -> None:
    values = {"tier_id": tier_id, "since": since, "review_on": review_on, "warned_on": None}
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = build(MemberTier.__table__).values(member_id=member_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["member_id"], set_=values))
