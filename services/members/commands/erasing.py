"""What is left of a member who is erased: a row without a person, so that orders and ledgers still belong to somebody."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.members.models import Consent, Member, MemberFacts, MemberSearchTerm
from services.members.rules import phones
from services.members.rules.traces import traces_of
from services.shared.wiping import GONE, Traces, wipe

# Kept: id, where and how they joined (source, store, day: figures of the shop), their facts, and what they agreed to (the proof of it).
NOBODY = {
    "phone": None, "phone_verified_at": None, "phone_lost_at": None,
    "name": GONE, "gender": "unknown", "birthday_calendar": None, "birthday_month": None,
    "birthday_day": None, "birthday_leap": False, "birthday_year": None, "birthday_changed_at": None, "wechat_id": "",
    "registration_link_id": None, "note": "", "language": None,
}  # fmt: skip
NO_LIFE = {"living": False, "birthday_on": None, "milestone": None, "milestone_on": None}  # of their facts


def get_traces(session: Session, member: Member, addresses: Collection[str] = ()) -> Traces:
    """How this member stands in texts, with e-mail addresses that others know; by name only where no other member has the same."""
    others = select(Member.id).where(Member.name == member.name, Member.id != member.id).limit(1)
    shared = session.scalar(others) is not None
    return traces_of("" if shared else member.name, member.phone, [member.number, member.wechat_id, *addresses])


def make_nobody(session: Session, member_id: int, traces: Traces, *, at: datetime) -> None:
    """Empty a member's row, end what they had agreed to, and forget what finds them; others' notes name them no more."""
    number = phones.fresh_number()
    while session.scalar(select(Member.id).where(Member.number == number)) is not None:
        number = phones.fresh_number()
    session.execute(update(Member).where(Member.id == member_id).values(**NOBODY, number=number, archived_at=at))
    session.execute(update(MemberFacts).where(MemberFacts.member_id == member_id).values(NO_LIFE))
    living = update(Consent).where(Consent.member_id == member_id, Consent.withdrawn_at.is_(None))
    session.execute(living.values(withdrawn_at=at, withdrawn_way="erasure"))
    session.execute(delete(MemberSearchTerm).where(MemberSearchTerm.member_id == member_id))
    wipe(session, Member, ("note",), traces)
