"""What a member may take from somebody else's account now: asked before a sale, and again under the locks of its accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.household.models import HouseholdPerson
from services.household.rules import Limits, limits_of
from services.members.models import Member
from services.shared.days import day_bounds, local_day
from services.signin.models import CoolDown, SpendingFreeze
from services.stores.queries import load_settings
from services.wallet.queries import get_spent_by


@dataclass(frozen=True)
class Share:
    """What `holder_id` shares with `member_id`, within the shop's own limit. `stopped`: why nothing of it may be used now; empty where it
    may."""

    holder_id: int
    member_id: int
    kinship: str
    limits: Limits
    stopped: str = ""


def find_share(session: Session, member_id: int, *, at: datetime) -> Share | None:
    """What is shared with this member, usable or not; None for who is in no household."""
    session.flush()
    rows = select(*HouseholdPerson.__table__.c).where(HouseholdPerson.member_id == member_id)
    row = session.connection().execute(rows).mappings().first()
    if row is None:
        return None
    limits = limits_of(dict(row)).below(load_settings(session)["household.most_per_day"])
    stopped = "paused" if row["paused_at"] else why_stopped(session, row["holder_id"], member_id, at=at)
    return Share(row["holder_id"], member_id, row["kinship"], limits, stopped)


def why_stopped(session: Session, *member_ids: int, at: datetime) -> str:
    """What keeps these members from sharing now: off, frozen, cooling, unproven (a number that is lost or was never proven); empty where
    nothing does."""
    if not load_settings(session)["household.on"]:
        return "off"
    if session.scalar(select(exists().where(SpendingFreeze.member_id.in_(member_ids)))):
        return "frozen"
    if session.scalar(select(exists().where(CoolDown.member_id.in_(member_ids), CoolDown.ends_at > at))):
        return "cooling"
    reachable = select(Member.id).where(
        Member.id.in_(member_ids), Member.archived_at.is_(None), Member.phone.is_not(None), Member.phone_lost_at.is_(None),
        Member.phone_verified_at.is_not(None),
    )  # fmt: skip
    return "" if len(session.scalars(reachable).all()) == len(member_ids) else "unproven"


def get_spent_today(session: Session, share: Share, *, at: datetime) -> int:
    """The fen that left the holder's wallet for this member's purchases of today, less what went back of them."""
    zone = load_settings(session).zone
    since, _ = day_bounds(local_day(at, zone), zone)
    return get_spent_by(session, share.holder_id, share.member_id, since)
