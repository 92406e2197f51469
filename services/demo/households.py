"""A household of the demo shop: a member shares with a grandmother, who paid with it yesterday, and waits for one more."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.demo.stored_value import cashier, products, spend
from services.household import commands
from services.household.queries import list_invitations
from services.members.models import Member
from services.shared.actors import SYSTEM
from services.stores.models import Store

HOLDER, GRANDMOTHER = 0, 13  # places of the guests
PROVEN = (HOLDER, GRANDMOTHER, 15, 16)  # who came in by SMS once
LIMITS = {"kinship": "grandparent", "wallet": True, "per_day": 100_00, "per_payment": 80_00, "points": True}
AGO, PAID = timedelta(days=9), timedelta(days=1, hours=2)


def share(session: Session, store: Store, *, now: datetime) -> None:
    """Let the one invite the other, who buys something; and then a spouse."""
    ids = {}
    for place in PROVEN:
        member = session.scalars(select(Member).where(Member.phone == guests.phone_of(place))).one()
        member.phone_verified_at = member.joined_at
        ids[place] = member.id
    commands.create_invitation(session, ids[HOLDER], LIMITS, actor=SYSTEM, at=now - AGO)
    token = list_invitations(session, ids[HOLDER], at=now - AGO)[-1].token
    commands.join_household(session, token, ids[GRANDMOTHER], actor=SYSTEM, at=now - AGO)
    wanted, seller = products(session)[:1], cashier(session)
    spend(session, store.id, ids[GRANDMOTHER], wanted, "demo:household:1", actor=seller, at=now - PAID)
    commands.create_invitation(session, ids[HOLDER], LIMITS | {"kinship": "spouse"}, actor=SYSTEM, at=now)
