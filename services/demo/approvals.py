"""What waits for a second person in the demo shop: the manager wants to give more points than one person may."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.rules import KINDS, POINTS
from services.demo import cast, guests
from services.identity import queries as identity
from services.members.models import Member
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from services.stores.models import Store

GUEST = 7  # place among the guests
ASKED = timedelta(minutes=20)  # before the demo was made


def ask_for_one(session: Session, store: Store, *, now: datetime) -> None:
    """Let large adjustments of points need a second person, and one of them wait."""
    stores.change_settings(session, {KINDS[POINTS].switch: True}, actor=SYSTEM, at=now - ASKED)
    manager = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "manager"))
    assert manager is not None
    member = session.scalars(select(Member.id).where(Member.phone == guests.phone_of(GUEST))).one()
    wish = {"amount": 2000, "reason": "生日蛋糕做坏了，补偿"}
    actor = identity.actor_of_staff(session, manager, "demo")
    do_or_ask(session, POINTS, member, wish, store_id=store.id, actor=actor, at=now - ASKED)
