"""Staff come in, go out, and choose the store they work in."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.shared import clock, limits
from services.shared.fields import Identifier, Text
from services.signin import commands
from services.signin.errors import WrongPassword
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
        return redirect(links.own_path(onward, "staff"))
    return _door(Form({"next": onward or ""}))


@blueprint.post("/sign-in")
@guards.public("the door of the staff app")
def try_sign_in() -> ResponseReturnValue:
    """Check user name and password; guesses are counted whether or not the user name exists."""
    at, address = clock.now(), request.remote_addr or "-"
    name = request.form.get("username", "").strip().lower()[:64]
    limits.require_room(GUESSES, name, at=at)
    limits.require_room(GUESSES_FROM, address, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        browser = request.user_agent.string
        _, secret = commands.sign_in_staff(
            session, data["username"], data["password"], browser=browser, actor=edge.actor(), at=at
        )
        onward = redirect(links.own_path(data["next"], "staff"), 303)
        return cookies.give(onward, people.STAFF_COOKIE, secret)  # type: ignore[arg-type]

    def again(form: Form) -> str:
        if form.code == WrongPassword.code:
            limits.spend(GUESSES, name, at=at)
            limits.spend(GUESSES_FROM, address, at=at)
        return _door(form)

    return forms.submit(SignInForm, perform, again, keyed=False)


@blueprint.post("/sign-out")
@guards.staff()
def sign_out() -> ResponseReturnValue:
    """Leave: the session is over on the server too."""
    (person, session_id), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.revoke_staff_session(session, session_id, actor=person.actor, at=at)
        return cookies.take(redirect(url_for("staff.sign_in"), 303), people.STAFF_COOKIE)  # type: ignore[arg-type]

    return edge.write(effect, keyed=False)


@blueprint.post("/store")
@guards.staff()
def choose_store() -> ResponseReturnValue:
    """Work in another store from now on, in one tap."""
    (person, session_id), at = people.signed_in(), clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.choose_store(session, session_id, data["store"], actor=person.actor, at=at)
        return redirect(links.own_path(data["next"], "staff"), 303)

    return forms.submit(StoreChoice, perform, lambda _form: render_template("web/error.html", status=404, words=""))


def _door(form: Form) -> str:
    return render_template("staff/sign_in.html", form=form)
