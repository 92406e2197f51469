"""Who joined the demo shop when it opened and never came again: so that the list of proposals holds somebody to decide about."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.coupons import commands as coupons
from services.demo import guests
from services.members import commands as members
from services.privacy import jobs
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from services.stores.models import Store

MONTHS = 12  # after which this shop asks: the least there is, as it opened not much longer ago
# Who, and how long before the demo was made they joined.
GONE = (("白露凝", timedelta(days=392)), ("方既白", timedelta(days=386)))


def welcome(session: Session, store: Store, *, now: datetime) -> None:
    """Give cards to those who will not come again, and let the shop ask about such members after a year."""
    stores.change_settings(session, {"retention.months": MONTHS}, actor=SYSTEM, at=now)
    for place, (name, before) in enumerate(GONE, len(guests.NAMES)):
        phone = guests.phone_of(place)
        card = {"name": name, "phone": phone, "store_id": store.id, "source": "walk_in", "consent": True}
        member = members.create_member(session, card, actor=SYSTEM, at=now - before)
        coupons.give_welcome(session, member.id, actor=SYSTEM, at=now - before)  # what they got then is over by now


def propose() -> None:
    """Make the list as it is made every night, so that whoever looks now finds them on it."""
    jobs.propose_erasures()
