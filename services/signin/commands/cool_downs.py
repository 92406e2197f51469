"""A member who comes in by a code alone, on a phone that is new for them, spends little stored value for a while (facts.md §6)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared.actors import Actor
from services.signin.models import CoolDown
from services.signin.queries.cool_downs import has_come_in, knows_browser
from services.stores.queries import load_settings


def cool_new_phone(
    session: Session, member_id: int, *, known: str, holds: bool, actor: Actor, at: datetime
) -> CoolDown | None:
    """Start a cool-down before a session opens that a code alone opens, on a browser that keeps `known`. None where it is the member's
    already, or where nobody was ever in and the member `holds` no stored value: whoever has just joined, and pays in today, may spend it.
    """
    if knows_browser(session, member_id, known) or not (holds or has_come_in(session, member_id)):
        return None
    return start_cool_down(session, member_id, "new_phone", actor=actor, at=at)


def start_cool_down(session: Session, member_id: int, why: str, *, actor: Actor, at: datetime) -> CoolDown | None:
    """From now on a member's own word reaches only so far; None where the shop asks for none. One that still runs goes on for longer,
    and a PIN that was chosen during it counts no more for that."""
    settings = load_settings(session)
    if not settings["wallet.cool_above"]:
        return None
    ends_at = at + timedelta(hours=settings["wallet.cool_hours"])
    row = session.get(CoolDown, member_id, with_for_update=True)
    if row is None:
        row = CoolDown(member_id=member_id, started_at=at, ends_at=ends_at)
        session.add(row)
    else:
        row.started_at = row.started_at if row.ends_at > at else at
        row.ends_at = ends_at
    session.flush()
    changes = {"why": why, "until": ends_at.isoformat()}
    audit.record(session, "cool_downs:create", ("member", member_id), actor=actor, at=at, changes=changes)
    return row
