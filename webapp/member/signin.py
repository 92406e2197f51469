"""Members come in by phone and one-time code, and go out."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.members import queries as members
from services.shared import clock, limits, runtime
from services.shared.actors import Actor
from services.shared.fields import Text
from services.shared.words import N_
from services.signin import commands
from services.signin.errors import WrongSigninCode
from webapp.member import blueprint
from webapp.web import cookies, edge, forms, guards, links, people, toasts
from webapp.web.forms import Form

# quality.md, facts.md §4: guesses by phone and by address; codes asked for: 1 a minute, 5 an hour, 10 a day.
GUESSES = limits.Rule("member_sign_in:phone", most=10, seconds=900)
GUESSES_FROM = limits.Rule("member_sign_in:address", most=60, seconds=900)
ASKED = (
    limits.Rule("signin_codes:minute", most=1, seconds=60),
    limits.Rule("signin_codes:hour", most=5, seconds=3600),
    limits.Rule("signin_codes:day", most=10, seconds=86400),
)


class CodeForm(Schema):
    """Phone and one-time code."""

    phone = Text(required=True, validate=validate.Length(max=30))
    code = Text(required=True, validate=validate.Regexp(r"\d{6}\Z", error=N_("登录码是 6 位数字")))
    next = Text(load_default="")


class TicketForm(Schema):
    """The secret inside a QR."""

    ticket = Text(required=True, validate=validate.Length(max=80))


class PhoneForm(Schema):
    """The phone a code is asked for."""

    phone = Text(required=True, validate=validate.Length(max=30))


@blueprint.get("/sign-in")
@guards.public("the door of the member app")
def sign_in() -> ResponseReturnValue:
    """The door. A `ticket` shows a button: opening a link alone must not use it up (link previews open links)."""
    ticket = request.args.get("ticket", "")[:80]
    if people.person() is not None and not ticket:
        return redirect(links.own_path(request.args.get("next"), "member"))
    form = Form({"next": request.args.get("next", ""), "phone": request.args.get("phone", ""), "ticket": ticket})
    return _fresh(_ticket_page(form) if ticket else _door(form))


@blueprint.post("/sign-in")
@guards.public("the door of the member app")
def try_code() -> ResponseReturnValue:
    """Check phone and code. Wrong tries count against the code, the phone and the address."""
    at, address = clock.now(), request.remote_addr or "-"
    phone = _subject(request.form.get("phone", ""))
    limits.spend(GUESSES_FROM, address, at=at)
    limits.spend(GUESSES, phone, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        member_id = commands.redeem_code(session, data["phone"], data["code"], actor=edge.actor(), at=at)
        if member_id is None:
            return "", 422  # committed: the wrong try is counted
        return _let_in(session, member_id, data["next"])

    answer = forms.submit(CodeForm, perform, _door, keyed=False)
    if isinstance(answer, Response) and answer.status_code == 422 and not answer.get_data():
        form = Form(forms.typed())
        form.put_right(WrongSigninCode())
        return _door(form), 422
    return answer


@blueprint.post("/sign-in/ticket")
@guards.public("the door of the member app: the ticket is the secret")
def use_ticket() -> ResponseReturnValue:
    """Use the QR that staff showed."""
    at = clock.now()
    limits.spend(GUESSES_FROM, request.remote_addr or "-", at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        return _let_in(session, commands.redeem_ticket(session, data["ticket"], actor=edge.actor(), at=at), "")

    return forms.submit(TicketForm, perform, _door, keyed=False)


@blueprint.post("/sign-in/code")
@guards.public("asking for a code; the answer is the same for every phone")
def ask_for_code() -> ResponseReturnValue:
    """Send a code to this phone. Without an SMS contract it goes to the development inbox, with DEMO=1 only."""
    at, phone = clock.now(), _subject(request.form.get("phone", ""))
    for rule in ASKED:
        limits.spend(rule, phone, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        member = members.find_member_by_phone(session, data["phone"])
        if member is not None and runtime.config().demo:
            commands.issue_signin_code(session, member.id, way="request", actor=edge.actor(), at=at)
        toasts.say(_("如果这个手机号是会员，登录码已经发出"))
        return redirect(url_for("member.sign_in", phone=data["phone"]), 303)

    return forms.submit(PhoneForm, perform, _door, keyed=False)


@blueprint.post("/sign-out")
@guards.member
def sign_out() -> ResponseReturnValue:
    """Leave: the session and the member code on this phone are over."""
    (person, session_id), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.revoke_member_session(session, session_id, actor=person.actor, at=at)
        return cookies.take(redirect(url_for("member.sign_in"), 303), people.MEMBER_COOKIE)  # type: ignore[arg-type]

    return edge.write(effect, keyed=False)


def _subject(typed: str) -> str:
    """What guesses at a phone are counted under: its last digits, however it was written."""
    return "".join(char for char in typed if char.isdecimal())[-11:]


def _let_in(session: Session, member_id: int, onward: str) -> Response:
    actor = Actor("member", member_id, origin=people.origin())
    browser = request.user_agent.string
    secret = commands.open_member_session(session, member_id, browser=browser, actor=actor, at=clock.now())
    answer = redirect(links.own_path(onward, "member"), 303)
    return cookies.give(answer, people.MEMBER_COOKIE, secret)  # type: ignore[arg-type]


def _door(form: Form) -> str:
    return render_template("member/sign_in.html", form=form, demo=runtime.config().demo)


def _ticket_page(form: Form) -> str:
    return render_template("member/sign_in_ticket.html", form=form)


def _fresh(page: str) -> Response:
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
