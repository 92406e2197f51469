"""确认是本人: password or passkey before a sensitive act, by the plain page or by the sheet over a form (ck-step-up)."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.fields import Text
from services.shared.refusals import Refusal
from services.signin import commands, queries
from services.signin.errors import PasskeyRefused
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, passkeys, people, step_up
from webapp.web.forms import Form
from webapp.web.own_password import require_own_password


class StepUpForm(Schema):
    """The own password."""

    password = Text(required=True, validate=validate.Length(min=1, max=256))


@blueprint.post("/step-up")
@guards.staff()
def step_up_by_password() -> ResponseReturnValue:
    """Check the password that was typed on the plain page, and show the button that goes on with what was held."""
    typed = forms.typed()
    held = step_up.held_of(str(typed.get("held", "")))
    try:
        require_own_password(forms.load(StepUpForm, typed)["password"])
        answer = step_up.page(held, Form(), done=True)
        return step_up.verified(answer, by="password")
    except Refusal as refusal:
        return forms.refused({}, refusal, lambda form: _again(held, form))


@blueprint.post("/step-up/passkey/options")
@guards.staff()
def ask_step_up_passkey() -> Response:
    """What my browser is to sign, to prove that I am still here."""
    queries.require_passkeys()
    at, (person, _session_id), asker = clock.now(), people.signed_in(), step_up.asker()
    edge.spend(passkeys.ASKED_FROM, people.address(), at=at)
    return _write(
        lambda session: edge.json_answer(commands.ask_to_step_up(session, browser=asker, actor=person.actor, at=at))
    )


@blueprint.post("/step-up/passkey")
@guards.staff()
def step_up_by_passkey() -> Response:
    """My passkey answered: this session is verified. Raises PasskeyRefused, for anybody else's too."""
    queries.require_passkeys()
    at, (person, session_id), asker = clock.now(), people.signed_in(), step_up.asker()
    answer = passkeys.sent(passkeys.AnswerIn)["credential"]
    edge.spend(passkeys.ANSWERED_FROM, people.address(), at=at)

    def effect(session: Session) -> Any:
        if not commands.prove_presence(session, answer, browser=asker, actor=person.actor, at=at):
            return "", passkeys.REFUSED
        secret = commands.verify_session(session, session_id, by="passkey", actor=person.actor, at=at)
        return step_up.give(edge.json_answer({"verified": True}), secret)

    done = _write(effect)
    if done.status_code == passkeys.REFUSED:  # committed, so that what was asked is used up
        raise PasskeyRefused
    edge.give_back(passkeys.ANSWERED_FROM, people.address(), at=at)
    return done


def _again(held: step_up.Held, form: Form) -> str:
    return step_up.page(held, form).get_data(as_text=True)


def _write(effect: Callable[[Session], Any]) -> Response:
    return edge.write(effect, keyed=False)
