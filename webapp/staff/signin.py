"""Staff come in, go out, and choose the store they work in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.shared import clock, limits
from services.shared.fields import Identifier, Text
from services.signin import commands, queries
from webapp.staff import blueprint
from webapp.web import cookies, edge, forms, guards, links, people
from webapp.web.forms import Form

# quality.md: at most 10 guesses per 15 minutes and account; an address shared by a shop's Wi-Fi gets more.
GUESSES = limits.Rule("staff_sign_in:account", most=10, seconds=900)
GUESSES_FROM = limits.Rule("staff_sign_in:address", most=50, seconds=900)


class SignInForm(Schema):
    """User name and password; `next` is where to go."""

    username = Text(required=True, validate=validate.Length(max=64))
    password = Text(required=True, validate=validate.Length(max=256))
    next = Text(load_default="")


class StoreChoice(Schema):
    """The store to work in."""

    store = Identifier(required=True)
    next = Text(load_default="")


@blueprint.get("/sign-in")
@guards.public("the door of the staff app")
def sign_in() -> ResponseReturnValue:
    """The door; whoever is in already goes on."""
    onward = request.args.get("next")
    if people.person() is not None:
        return links.go_on(onward, "staff")
    return _door(Form({"next": onward or ""}))


@blueprint.post("/sign-in")
@guards.public("the door of the staff app")
def try_sign_in() -> ResponseReturnValue:
    """Check user name and password. A try is counted before it is compared, whether or not the user name exists."""
    at, address = clock.now(), people.address()

    def check(data: dict[str, Any]) -> None:
        name = data["username"].lower()
        edge.spend(GUESSES, name, at=at)
        edge.spend(GUESSES_FROM, address, at=at)
        data["staff"] = queries.check_password(edge.read(), name, data["password"])
        edge.clear(GUESSES, name)
        edge.give_back(GUESSES_FROM, address, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        return let_in(session, data["staff"], links.go_on(data["next"], "staff"), at)

    return forms.submit(SignInForm, perform, _door, first=check, keyed=False)


@blueprint.post("/sign-out")
@guards.staff()
def sign_out() -> ResponseReturnValue:
    """Leave: the session is over on the server too."""
    (person, session_id), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        commands.revoke_staff_session(session, session_id, actor=person.actor, at=at)
        return cookies.take(links.to("staff.sign_in"), people.STAFF_COOKIE)

    return edge.write(effect, keyed=False)


@blueprint.post("/store")
@guards.staff()
def choose_store() -> ResponseReturnValue:
    """Work in another store from now on, in one tap."""
    (person, session_id), at = people.signed_in(), clock.now()
    data = forms.load(StoreChoice, forms.typed())

    def effect(session: Session) -> Response:
        commands.choose_store(session, session_id, data["store"], actor=person.actor, at=at)
        return links.go_on(data["next"], "staff")

    return edge.write(effect)


def let_in(session: Session, known: Staff, answer: Response, at: datetime) -> Response:
    """Open a session on this browser and hand its cookie out with `answer`."""
    former, browser = people.person(), request.user_agent.string
    if former is not None and former.session_id is not None:  # a new sign-in ends the old one of this browser
        commands.revoke_staff_session(session, former.session_id, actor=former.actor, at=at)
    secret = commands.sign_in_staff(session, known, browser=browser, actor=edge.actor(), at=at)
    return cookies.give(answer, people.STAFF_COOKIE, secret)


def _door(form: Form) -> str:
    return render_template("staff/sign_in.html", form=form, passkeys=queries.passkeys_are_possible())
