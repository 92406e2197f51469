"""Somebody who has two cards in the demo shop: so that 可能重复 holds a pair to look at."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.loyalty import commands as loyalty
from services.members import commands as members
from services.members.models import Member
from services.members.rules import birthdays
from services.shared.actors import SYSTEM

PLACE = len(guests.NAMES) + 5  # a phone that no guest has
WHO = 3  # the place of the guest who forgot that there is a card already
BEFORE = timedelta(days=60)


def welcome(session: Session, *, now: datetime) -> None:
    """Open a second card for one of the guests, of the same name and birthday, with some points on it."""
    first = session.scalars(select(Member).where(Member.phone == guests.phone_of(WHO))).one()
    birthday = birthdays.of(vars(first)) or birthdays.Birthday("solar", 5, 20)
    if first.birthday_month is None:
        members.change_member(session, first.id, birthday.columns(), actor=SYSTEM, at=now)
    card = {
        "name": first.name,
        "phone": guests.phone_of(PLACE),
        "store_id": first.store_id,
        "source": "campaign",
        "consent": True,
    }
    second = members.create_member(session, card | birthday.columns(), actor=SYSTEM, at=now - BEFORE)
    loyalty.adjust_points(session, second.id, {"amount": 35, "reason": "旧卡补登"}, actor=SYSTEM, at=now - BEFORE)
