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
from webapp.web import cookies, devices, edge, forms, guards, links, passkeys, people
from webapp.web.forms import Form
from webapp.web.own_password import GUESSES

# An address shared by a shop's Wi-Fi gets more than an account.
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
    return door(Form({"next": onward or "", "who": request.args.get("who", "")}))


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
        data["step"] = queries.next_step_of(edge.read(), data["staff"])
        if not data["step"]:
            edge.clear(GUESSES, name)
        edge.give_back(GUESSES_FROM, address, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        if data["step"]:
            commands.ask_second_step(session, data["staff"], data["step"], browser=passkeys.this_browser(), at=at)
            return links.to("staff.second_step", next=links.own_path(data["next"], "staff"))
        return let_in(session, data["staff"], links.go_on(data["next"], "staff"), at)

    return forms.submit(SignInForm, perform, door, first=check, keyed=False)


@blueprint.post("/sign-out")
@guards.staff()
def sign_out() -> ResponseReturnValue:
    """Leave: the session is over on the server too."""
    return leave()


def leave() -> Response:
    """End the session of this browser, and lead to the door."""
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


def let_in(
    session: Session, known: Staff, answer: Response, at: datetime, *, by: commands.Way = "password"
) -> Response:
    """Open a session on this browser and hand its cookie out with `answer`; `by` is what they came in with."""
    browser = request.user_agent.string
    secret = commands.sign_in_staff(
        session, known, by=by, device=devices.key(), browser=browser, actor=edge.actor(), at=at
    )
    end_former(session, at)
    return cookies.give(answer, people.STAFF_COOKIE, secret)


def end_former(session: Session, at: datetime) -> None:
    """Whoever was in on this browser is out. Called once the shop's device is held: taking that out of use locks it, then its sessions."""
    former = people.person()
    if former is not None and former.session_id is not None:
        commands.revoke_staff_session(session, former.session_id, actor=former.actor, at=at)


def door(form: Form) -> str:
    """The door, with what was typed; on a device of the shop with the faces of those who have a PIN, one of them chosen."""
    device = devices.this_one()
    faces = queries.list_faces(edge.read(), device.store_id) if device else []
    chosen = next((face for face in faces if str(face.id) == str(form.value("who"))), None)
    return render_template(
        "staff/sign_in.html",
        form=form,
        passkeys=queries.passkeys_are_possible(),
        device=device,
        faces=faces,
        chosen=chosen,
    )
