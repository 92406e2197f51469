"""Another phone number for a card, alike on the pages of both apps and in the API: what is sent, and what counts as a guess."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.members.schemas import Phone
from services.shared import limits
from services.shared.fields import Text
from services.shared.words import N_
from services.signin.errors import WrongPhoneCode
from webapp.web import edge

GUESSES = limits.Rule("phone_codes:guess", most=10, seconds=900)
WRONG = 422
_DIGITS = validate.Regexp(r"\d{6}\Z", error=N_("请输入 6 位数字"))


class NumberIn(Schema):
    """The number that a card is to have."""

    phone = Phone(required=True)


class OwnCodeIn(Schema):
    """A sign-in code that the present number got, or that staff show."""

    code = Text(required=True, validate=_DIGITS)


class ProvenNumberIn(NumberIn):
    """The number, and the code that it got or that staff showed for it."""

    code = Text(required=True, validate=_DIGITS)


class WhyIn(Schema):
    """Why."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写一句原因，最多 100 个字")))


class AnsweredNumberIn(NumberIn, WhyIn):
    """The number, and why somebody answers for it."""


class SaidNumberIn(ProvenNumberIn, AnsweredNumberIn):
    """The number, the code that the member reads from it, and why."""


def write(change: Callable[[Session], bool], done: Callable[[], Any], member_id: int, *, at: datetime) -> Response:
    """Run `change` and answer with `done`; where it finds the code wrong that is committed, and counts. Raises WrongPhoneCode, TooMany."""
    if not edge.answered():
        edge.spend(GUESSES, f"member:{member_id}", at=at)
    answer = edge.write(lambda session: done() if change(session) else ("", WRONG))
    if answer.status_code == WRONG:
        raise WrongPhoneCode
    return answer
