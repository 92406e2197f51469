"""Members who were silent for so long that their number may be somebody else's by now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.members.models import Member, MemberFacts
from services.shared import runtime
from services.signin.models import MemberSession, PhoneQuestion
from services.stores.queries import load_settings


@dataclass(frozen=True)
class Hint:
    """What a stranger may read of a card, to know whether it is theirs: the first character of the name, and the year of joining."""

    initial: str
    year: int


def is_silent(session: Session, member_id: int, *, at: datetime) -> bool:
    """Whether nothing was heard of this member for as many days as the shop has set (0: nobody is asked): no sale, no session, no proof
    of the number."""
    days = load_settings(session)["members.silent_days"]
    if not days:
        return False
    seen = select(func.max(MemberSession.seen_at)).where(MemberSession.member_id == member_id).scalar_subquery()
    query = select(Member.joined_at, Member.phone_verified_at, MemberFacts.last_order_at, MemberFacts.seen_at, seen)
    row = session.execute(
        query.join(MemberFacts, MemberFacts.member_id == Member.id).where(Member.id == member_id)
    ).one()
    return bool(max(moment for moment in row if moment is not None) < at - timedelta(days=days))


def find_phone_question(session: Session, browser: str, *, at: datetime) -> PhoneQuestion | None:
    """What this browser is asked, if anything."""
    mine = (PhoneQuestion.browser_hash == runtime.keys().hash(browser), PhoneQuestion.expires_at > at)
    return session.scalar(select(PhoneQuestion).where(*mine).order_by(PhoneQuestion.id.desc()).limit(1))


def get_hint(session: Session, question: PhoneQuestion) -> Hint:
    """What the question says of the card."""
    member = session.get_one(Member, question.member_id)
    return Hint(member.name[:1], member.joined_at.year)
