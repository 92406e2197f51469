"""A member asks for a sign-in code on their own phone, where the shop has a contract for SMS; a worker answers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members import queries as members
from services.members.models import Member
from services.shared import clock, jobs
from services.shared.actors import Actor
from services.shared.database import reading, transaction
from services.shared.refusals import NotFound
from services.signin.commands.codes import issue_signin_code
from services.sms import commands as sms
from services.sms.queries import has_asks


def ask_for_sms_code(session: Session, phone: str, *, actor: Actor, at: datetime) -> None:
    """Note the wish and let a worker answer it: the request does the same for every phone, whoever has it or not."""
    sms.ask_for_code(session, phone, origin=actor.origin, at=at)
    jobs.enqueue(session, answer_asks)


def answer_asks() -> None:
    """The queue's part: make a code for every wish whose phone is a member's, forget the others; each in a transaction of its own."""
    while True:
        with reading() as session:
            if not has_asks(session, at=clock.now()):
                return
        with transaction() as session:
            if not answer_ask(session, at=clock.now()):
                return


def answer_ask(session: Session, *, at: datetime) -> bool:
    """Answer the oldest wish that no other worker has in hand; False when there is none."""
    ask = sms.take_ask(session, at=at)
    if ask is None:
        return False
    member = members.find_member_by_phone(session, ask.phone)
    if member is None:
        sms.drop_ask(session, ask)
        return True
    asker = Actor("public", name="public", origin=ask.origin)
    try:
        now = session.scalar(select(Member.phone).where(Member.id == member.id).with_for_update())
        if now != ask.phone:  # changed since: a code for this card is no longer for that phone
            raise NotFound
        code = issue_signin_code(session, member.id, way="request", actor=asker, at=at)
    except NotFound:  # erased, or elsewhere, since the phone was looked up
        sms.drop_ask(session, ask)
        return True
    sms.send_code(session, ask, member.id, code.digits, at=at, until=code.expires_at)
    return True
