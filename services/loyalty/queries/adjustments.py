"""How many points somebody may still adjust by hand."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit.queries import list_changes
from services.identity.queries import hold_person
from services.loyalty.errors import AdjustedTooMuch
from services.shared.actors import Actor
from services.shared.days import day_bounds, local_day
from services.shared.words import N_
from services.stores.permissions import SETTINGS_CHANGE
from services.stores.queries import load_settings


def require_room(session: Session, points: int, *, actor: Actor, at: datetime) -> None:
    """Raise AdjustedTooMuch for more than one person adjusts at once or on one day; who may change these bounds is not bound by them.

    Until the transaction ends nobody else adjusts as this actor, so that the day's sum stays true.
    """
    if actor.may(SETTINGS_CHANGE):
        return
    settings = load_settings(session)
    most, daily = settings["points.most_adjusted"], settings["points.most_adjusted_daily"]
    if points > most:
        raise AdjustedTooMuch(N_("一次最多调整 %(most)s 积分，更多请店主来调"), most=most)
    hold_person(session, actor)
    left = max(0, daily - get_adjusted(session, actor=actor, zone=settings.zone, at=at))
    if points > left:
        raise AdjustedTooMuch(N_("您今天还能调整 %(most)s 积分，更多请店主来调"), most=left)


def get_adjusted(session: Session, *, actor: Actor, zone: str, at: datetime) -> int:
    """How many points `actor` gave or took by hand, of whomever, on the shop's day of `at`; the audit log knows."""
    began = day_bounds(local_day(at, zone), zone)[0]
    done = (each["points"] for each in list_changes(session, "points:adjust", actor=actor, since=began))
    return sum(abs(after - before) for before, after in done)
