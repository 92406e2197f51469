"""这是您的会员卡吗？ After a long silence the number of a card may be somebody else's: who comes in by a code that was sent to it is asked.

The code proved the number, not the person. 是我 comes in as on a new phone; 不是我 takes the number off the card, which keeps all that is
on it. Nothing of the card is shown before that but the first character of a name and a year.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import commands as members
from services.members.queries import get_member
from services.shared import runtime
from services.shared.actors import Actor
from services.signin.commands.codes import end_codes, prove_phone, tell_of_new_phone
from services.signin.commands.cool_downs import start_cool_down
from services.signin.errors import QuestionOver
from services.signin.models import PhoneQuestion


def claim_card(session: Session, *, browser: str, known: str, device: str, actor: Actor, at: datetime) -> int:
    """是我: the id of the member, whose number is proven now and who cools down. Raises QuestionOver."""
    question = _take(session, browser, at)
    member_id = question.member_id
    if get_member(session, member_id).archived:
        raise QuestionOver
    tell_of_new_phone(session, f"whose:{question.id}", member_id, known=known, device=device, at=at)
    prove_phone(session, member_id, actor=actor, at=at)
    start_cool_down(session, member_id, "silence", actor=actor, at=at)
    audit.record(session, "phone_questions:answer", ("member", member_id), actor=actor, at=at, changes={"own": True})
    return member_id


def disclaim_card(session: Session, *, browser: str, actor: Actor, at: datetime) -> int:
    """不是我: the number leaves the card, whose id this is. Passkeys stay: nobody came in by this number. Raises QuestionOver."""
    question = _take(session, browser, at)
    end_codes(session, question.member_id, at)
    members.release_phone(session, question.member_id, actor=actor, at=at)
    changes = {"own": False}
    audit.record(session, "phone_questions:answer", ("member", question.member_id), actor=actor, at=at, changes=changes)
    return question.member_id


def _take(session: Session, browser: str, at: datetime) -> PhoneQuestion:
    """The question of this browser, gone with this: of two answers at once one finds it."""
    mine = PhoneQuestion.browser_hash == runtime.keys().hash(browser)
    took = delete(PhoneQuestion).where(mine).returning(PhoneQuestion).execution_options(synchronize_session=False)
    living = [row for row in session.execute(took).scalars() if row.expires_at > at]
    if not living:
        raise QuestionOver
    return max(living, key=lambda row: row.id)
