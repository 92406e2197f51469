"""Growth climbs the ladder: up at once, down only at the yearly review."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.loyalty.books import GROWTH
from services.loyalty.events import TierChanged
from services.loyalty.models import MemberTier
from services.loyalty.queries.ladder import get_growth, get_standing, list_ladder
from services.loyalty.rules import ladder as rules
from services.loyalty.rules.ladder import Step
from services.shared import ledger
from services.shared.actors import SYSTEM
from services.shared.days import local_day
from services.shared.events import announce
from services.stores.queries import load_settings


def grow(
    session: Session, member_id: int, amount: int, *, key: str, order_id: int | None, kind: str, at: datetime
) -> Step | None:
    """Add growth (hundredths; negative takes back) with its origin, and rise at once where it reaches; the level risen to, if any.

    A fall waits for the review.
    """
    if not amount:
        return None
    moved = ledger.move(session, GROWTH, member_id, (amount,))
    assert moved is not None, "growth has no floor"
    fields = {
        "kind": kind, "key": key, "order_id": order_id, "note": "", "actor_kind": SYSTEM.kind, "actor_id": SYSTEM.id,
        "at": at,
    }  # fmt: skip
    ledger.enter(session, GROWTH, moved, fields)
    settings = load_settings(session)
    standing = get_standing(session, member_id)
    growth = get_growth(session, member_id, settings, at=at)
    higher = rules.upgrade(list_ladder(session), standing, growth)
    if higher is not None:
        _stand(session, member_id, standing, higher, zone=settings.zone, at=at)
    return higher


def review_tier(session: Session, member_id: int, *, at: datetime) -> Step | None:
    """The yearly review: keep the level, or go one down; the level after it."""
    settings = load_settings(session)
    standing = get_standing(session, member_id)
    if standing is None:
        return None
    growth = get_growth(session, member_id, settings, at=at)
    after = rules.review(list_ladder(session), standing, growth)
    _stand(session, member_id, standing, after, zone=settings.zone, at=at)
    return after


def _stand(
    session: Session, member_id: int, before: Step | None, after: Step | None, *, zone: str, at: datetime
) -> None:
    """Put the member on a level for a year (off the ladder where there is none)."""
    today = local_day(at, zone)
    if after is None:
        row = session.get(MemberTier, member_id)
        if row is not None:
            session.delete(row)
    else:
        values = {"tier_id": after.id, "since": at, "review_on": rules.year_later(today), "warned_on": None}
        build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = build(MemberTier.__table__).values(member_id=member_id, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["member_id"], set_=values))
    session.flush()
    if before == after:
        return
    changes = {"tier": [before.name if before else None, after.name if after else None]}
    audit.record(session, "tiers:move", ("member", member_id), actor=SYSTEM, at=at, changes=changes)
    announce(session, TierChanged(member_id, before.id if before else None, after.id if after else None), at=at)
