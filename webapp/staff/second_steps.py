"""两步登录: the second step at the door, and one's own (an app that shows six digits)."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, post_load, validate
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.shared import clock, limits
from services.shared.fields import Text
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.signin import commands, queries
from services.signin.errors import SecondStepOver, WrongSecondStep
from services.signin.models import SecondStep
from webapp.staff import blueprint
from webapp.staff.signin import GUESSES_FROM, let_in
from webapp.web import edge, forms, guards, links, passkeys, people, toasts
from webapp.web.forms import Form
from webapp.web.own_password import GUESSES, require_own_password

WRONG = 422
# Of whoever is in and knows the password, which clears the guesses at the door.
OWN_GUESSES = limits.Rule("second_step:own", most=10, seconds=900)


class StepForm(Schema):
    """Six digits of an app, or one of an owner's codes on paper; `next` is where to go."""

    code = Text(required=True, validate=validate.Length(min=6, max=24, error=N_("动态码是 6 位数字")))
    next = Text(load_default="")

    @post_load
    def _without_spaces(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return data | {"code": re.sub(r"\s", "", data["code"])}


class PasswordForm(Schema):
    """The present password, which says that it is really the owner of the account."""

    password = Text(required=True, validate=validate.Length(max=256))


class RemoveForm(StepForm, PasswordForm):
    """What turns the second step off: password and code."""


@blueprint.get("/sign-in/second")
@guards.public("the second step at the door of the staff app; only the browser whose password was right is asked")
def second_step() -> ResponseReturnValue:
    """Ask for the second step."""
    if people.person() is not None:
        return links.go_on(request.args.get("next"), "staff")
    asked = _asked()
    return links.go_on("", "staff") if asked is None else _no_store(_door(asked, Form(request.args)))


@blueprint.post("/sign-in/second")
@guards.public("the second step at the door of the staff app: the code is the secret")
def pass_second_step() -> ResponseReturnValue:
    """Check the second step. A try is counted as a guess at the account before it is compared."""
    at, address, values, asked = clock.now(), people.address(), forms.typed(), _asked()
    if asked is None:
        return _too_late()
    username = identity.get_staff(edge.read(), asked.staff_id).username
    try:
        data = forms.load(StepForm, values)
        edge.spend(GUESSES, username, at=at)
        edge.spend(GUESSES_FROM, address, at=at)
        answer = edge.write(lambda session: _come_in(session, data), keyed=False)
        if answer.status_code == WRONG:  # committed: the wrong try is on record
            raise WrongSecondStep({"code": [WrongSecondStep.text]})
    except SecondStepOver:
        return _too_late()
    except Refusal as refusal:
        return forms.refused(values, refusal, lambda form: _door(asked, form))
    edge.clear(GUESSES, username)
    edge.give_back(GUESSES_FROM, address, at=at)
    return answer


@blueprint.get("/account/second-step")
@guards.staff()
def own_second_step() -> Response:
    """What I have beside the password; an app that I am setting up is shown on this browser only."""
    return _no_store(_page(Form()))


@blueprint.post("/account/second-step")
@guards.staff()
def begin_second_step() -> ResponseReturnValue:
    """Begin to set an app up."""
    at, actor, browser = clock.now(), edge.actor(), passkeys.this_browser()

    def check(data: dict[str, Any]) -> None:
        require_own_password(data["password"])

    def perform(session: Session, _data: Mapping[str, Any]) -> Response:
        commands.begin_authenticator(session, browser=browser, actor=actor, at=at)
        return links.to("staff.own_second_step")

    return forms.submit(PasswordForm, perform, _page, first=check)


@blueprint.post("/account/second-step/confirm")
@guards.staff()
def confirm_second_step() -> ResponseReturnValue:
    """The app counts from now on: it showed the right code."""
    at, actor, browser = clock.now(), edge.actor(), passkeys.this_browser()

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        commands.confirm_authenticator(session, data["code"], browser=browser, actor=actor, at=at)
        toasts.say(_("两步登录打开了，下次登录会问动态码"))
        return links.to("staff.own_second_step")

    return forms.submit(StepForm, perform, _page, first=lambda _data: count_code())


@blueprint.post("/account/second-step/remove")
@guards.staff()
def remove_second_step() -> ResponseReturnValue:
    """The password alone is enough again."""
    at, actor = clock.now(), edge.actor()

    def check(data: dict[str, Any]) -> None:
        require_own_password(data["password"])
        count_code()

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        commands.remove_authenticator(session, data["code"], actor=actor, at=at)
        toasts.say(_("两步登录关掉了"))
        return links.to("staff.own_second_step")

    return forms.submit(RemoveForm, perform, _page, first=check)


def count_code() -> None:
    """A code that is typed by whoever is in counts. Raises TooMany."""
    edge.spend(OWN_GUESSES, edge.actor().scope, at=clock.now())


def prove_second_step(code: str) -> None:
    """Whoever has an app shows a code of it before another way in is made. Raises Invalid beside `code`, TooMany."""
    at, actor = clock.now(), edge.actor()
    if view().state != "on":
        return
    count_code()

    def effect(session: Session) -> ResponseReturnValue:
        commands.prove_second_step(session, re.sub(r"\s", "", code), actor=actor, at=at)
        return "", 204

    edge.write(effect, keyed=False)


def view() -> queries.SecondStepView:
    """What whoever is in has set up, as seen from this browser."""
    return queries.get_second_step(edge.read(), int(edge.actor().id or 0), passkeys.this_browser(), at=clock.now())


def _come_in(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
    at, browser = clock.now(), passkeys.this_browser()
    staff = commands.pass_second_step(session, data["code"], browser=browser, actor=edge.actor(), at=at)
    return ("", WRONG) if staff is None else let_in(session, staff, links.go_on(data["next"], "staff"), at)


def _asked() -> SecondStep | None:
    return queries.find_second_step(edge.read(), passkeys.this_browser(), at=clock.now())


def _too_late() -> Response:
    toasts.say(_("时间过了，请重新登录"))
    return links.go_on("", "staff")  # which leads to the door


def _door(asked: SecondStep, form: Form) -> str:
    more = _shown(queries.secret_of(asked), asked.staff_id) if asked.kind == "set_up" else {}
    on_paper = request.args.get("way") == "paper" or asked.kind == "passkey"
    return render_template("staff/second_step_door.html", form=form, kind=asked.kind, on_paper=on_paper, **more)


def _page(form: Form) -> str:
    own = view()
    more = _shown(own.secret, int(edge.actor().id or 0)) if own.secret else {}
    return render_template("staff/second_step.html", form=form, own=own, **more)


def _shown(secret: str, staff_id: int) -> dict[str, str]:
    address = queries.address_of_app(edge.read(), secret, staff_id)
    return {"secret": queries.secret_in_groups(secret), "address": address}


def _no_store(page: str) -> Response:
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
