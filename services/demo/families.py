"""Families of the demo shop: children of every age that a rule knows, a pregnancy in each stage, one that stopped."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.family import commands
from services.members.models import Member
from services.shared.actors import SYSTEM
from services.shared.days import local_day
from services.stores.queries import load_settings

# Place of the guest, child's name and sex, how many days before today they were born, allergies.
CHILDREN = (
    (0, "豆豆", "girl", 342, "花生"),
    (2, "小米", "boy", 24, ""),
    (3, "安安", "girl", 95, ""),
    (5, "果果", "boy", 1290, "芒果"),
    (5, "糖糖", "girl", 210, ""),
    (8, "", "unknown", 62, ""),
    (11, "石头", "boy", 2520, ""),
)
WAITING = "MPSVA-2"  # the dose that the first of them still needs
# Place of the guest, days from today until the child is due; None: they wish for one.
PREGNANCIES = ((1, 232), (0, 140), (6, 30), (7, -3), (9, None))
BOTH = {"children_consent": True, "health_consent": True}


def tell(session: Session, *, now: datetime) -> None:
    """Write the families down as the members told them."""
    today = local_day(now, load_settings(session).zone)
    ids = dict(session.execute(select(Member.phone, Member.id)).tuples().all())
    children = [
        commands.add_child(session, ids[guests.phone_of(place)], data | BOTH, actor=SYSTEM, at=now).id
        for place, data in _children(today)
    ]
    first = ids[guests.phone_of(0)]
    commands.mark_due_doses(session, first, children[0], actor=SYSTEM, at=now)
    commands.mark_dose(session, first, children[0], WAITING, {"state": "open"}, actor=SYSTEM, at=now)
    for place, days in PREGNANCIES:
        due = None if days is None else today + timedelta(days=days)
        told = {"due_on": due, **BOTH}
        commands.add_pregnancy(session, ids[guests.phone_of(place)], told, actor=SYSTEM, at=now)
    stopped = ids[guests.phone_of(10)]
    commands.add_pregnancy(session, stopped, {"due_on": today + timedelta(days=90), **BOTH}, actor=SYSTEM, at=now)
    commands.stop_gently(session, stopped, actor=SYSTEM, at=now)


def _children(today: date) -> Iterator[tuple[int, dict[str, Any]]]:
    for place, name, sex, days, allergies in CHILDREN:
        born = today - timedelta(days=days)
        yield place, {"name": name, "sex": sex, "born_on": born, "calendar": None, "allergies": allergies}
