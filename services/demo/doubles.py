"""Who has two cards in the demo shop: a pair for 可能重复 to find, and one that was merged this morning."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.loyalty import commands as loyalty
from services.members import commands as members
from services.members.models import Member
from services.members.rules import birthdays
from services.merging.commands import merge_members
from services.shared.actors import SYSTEM

PLACE = len(guests.NAMES) + 5  # the first of the phones that no guest has
FOUND, MERGED = 3, 15  # the places of the guests who forgot that there is a card already
BEFORE = timedelta(days=60)


def welcome(session: Session, *, now: datetime) -> None:
    """Open a second card for two of the guests, with some points on it; one of them is merged already."""
    _again(session, FOUND, 0, now)
    first, second = _again(session, MERGED, 1, now)
    merge_members(session, first, second, {"phone": "winner"}, agreed=True, actor=SYSTEM, at=now)


def _again(session: Session, place: int, number: int, now: datetime) -> tuple[int, int]:
    """A second card of the same name and birthday: the ids of both."""
    first = session.scalars(select(Member).where(Member.phone == guests.phone_of(place))).one()
    birthday = birthdays.of(vars(first)) or birthdays.Birthday("solar", 5, 20)
    if first.birthday_month is None:
        members.change_member(session, first.id, birthday.columns(), actor=SYSTEM, at=now)
    card = {
        "name": first.name,
        "phone": guests.phone_of(PLACE + number),
        "store_id": first.store_id,
        "source": "campaign",
    }
    second = members.create_member(session, card | birthday.columns(), actor=SYSTEM, at=now - BEFORE)
    loyalty.adjust_points(session, second.id, {"amount": 35, "reason": "旧卡补登"}, actor=SYSTEM, at=now - BEFORE)
    return first.id, second.id
