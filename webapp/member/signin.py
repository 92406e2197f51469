"""Members come in by phone and one-time code, and go out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.members import queries as members
from services.members.schemas import Phone
from services.shared import clock, limits, runtime
from services.shared.actors import Actor
from services.shared.fields import Text
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.signin import commands, queries
from services.signin.errors import WrongSigninCode
from services.signin.queries.passkeys import has_used_old_passkey
from services.signin.queries.silence import find_phone_question
from services.sms import queries as sms
from services.wallet.queries import get_balance
from webapp.member import blueprint
from webapp.web import code_asks, cookies, edge, forms, guards, links, passkeys, people, toasts
from webapp.web.browsers import browser_name
from webapp.web.forms import Form

# quality.md, facts.md §4: guesses by phone and by address.
GUESSES = limits.Rule("member_sign_in:phone", most=10, seconds=900)
GUESSES_FROM = limits.Rule("member_sign_in:address", most=60, seconds=900)
WRONG = 422


class CodeForm(Schema):
    """Phone and one-time code."""

    phone = Phone(required=True)
    code = Text(required=True, validate=validate.Regexp(r"\d{6}\Z", error=N_("登录码是 6 位数字")))
    next = Text(load_default="")


class TicketForm(Schema):
    """The secret inside a QR."""

    ticket = Text(required=True, validate=validate.Length(max=80))


class PhoneForm(Schema):
    """The phone a code is asked for."""

    phone = Phone(required=True)
    next = Text(load_default="")


@blueprint.get("/sign-in")
@guards.public("the door of the member app")
def sign_in() -> ResponseReturnValue:
    """The door. A `ticket` shows a button: opening a link alone must not use it up (link previews open links)."""
    ticket = request.args.get("ticket", "")[:80]
    if people.person() is not None and not ticket:
        return links.go_on(request.args.get("next"), "member")
    form = Form({"next": request.args.get("next", ""), "phone": request.args.get("phone", ""), "ticket": ticket})
    return _fresh(_ticket_page(form) if ticket else _door(form))


@blueprint.post("/sign-in")
@guards.public("the door of the member app")
def try_code() -> ResponseReturnValue:
    """Check phone and code. A try is counted against phone and address before it is compared."""
    at, values = clock.now(), forms.typed()
    try:
        data = forms.load(CodeForm, values)
        _count(at, (GUESSES_FROM, people.address()), (GUESSES, data["phone"]))
        answer = edge.write(lambda session: _redeem(session, data, at), keyed=False)
        if answer.status_code == WRONG:  # committed, so that the wrong try counts
            raise WrongSigninCode
    except Refusal as refusal:
        return forms.refused(values, refusal, _door)
    edge.clear(GUESSES, data["phone"])
    edge.give_back(GUESSES_FROM, people.address(), at=at)
    return answer


@blueprint.post("/sign-in/ticket")
@guards.public("the door of the member app: the ticket is the secret")
def use_ticket() -> ResponseReturnValue:
    """Use the QR that staff showed."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        member_id = commands.redeem_ticket(session, data["ticket"], device=device_here(), actor=edge.actor(), at=at)
        return let_in(session, member_id, links.go_on("", "member"), at, by_code=True)

    return forms.submit(
        TicketForm,
        perform,
        _door,
        first=lambda _data: _count(at, (GUESSES_FROM, people.address())),
        keyed=False,
    )


@blueprint.post("/sign-in/code")
@guards.public("asking for a code; the answer is the same for every phone")
def ask_for_code() -> ResponseReturnValue:
    """Send a code to this phone: by SMS where the shop has a contract, else to the development inbox (DEMO=1 only, else 404)."""
    by_sms = sms.is_ready(edge.read())
    if not by_sms and not runtime.config().demo:
        abort(404)
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> Response:
        send_code_to(session, data["phone"], at)
        if by_sms:
            phone = data["phone"].removeprefix("+86")
            return links.to("member.sign_in", phone=phone, sent=int(at.timestamp()), next=data["next"] or None)
        toasts.say(_("如果这个手机号是会员，登录码已经发出"))
        return links.to("member.sign_in", phone=data["phone"])

    return forms.submit(PhoneForm, perform, _door, first=lambda data: code_asks.count(data["phone"], at), keyed=False)


def send_code_to(session: Session, phone: str, at: datetime) -> None:
    """Have a sign-in code sent to this phone, if it is a member's: by SMS, or to the development inbox."""
    if sms.is_ready(session):
        commands.ask_for_sms_code(session, phone, actor=edge.actor(), at=at)
        return
    member = members.find_member_by_phone(session, phone)
    if member is not None:
        commands.issue_signin_code(session, member.id, way="request", actor=edge.actor(), at=at)


@blueprint.post("/sign-out")
@guards.member
def sign_out() -> ResponseReturnValue:
    """Leave: the session and the member code on this phone are over."""
    (person, session_id), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        commands.revoke_member_session(session, session_id, actor=person.actor, at=at)
        return cookies.take(links.to("member.sign_in"), people.MEMBER_COOKIE)

    return edge.write(effect, keyed=False)


def _count(at: datetime, *spent: tuple[limits.Rule, str]) -> None:
    for rule, subject in spent:
        edge.spend(rule, subject, at=at)


def _redeem(session: Session, data: Mapping[str, Any], at: datetime) -> ResponseReturnValue:
    known, asker = request.cookies.get(people.KNOWN_COOKIE, ""), passkeys.this_browser()
    member_id = commands.redeem_code(
        session, data["phone"], data["code"], known=known, asker=asker, device=device_here(), actor=edge.actor(), at=at
    )
    if member_id is None:
        return "", WRONG
    if find_phone_question(session, asker, at=at) is not None:
        return links.to("member.whose_card", next=data["next"] or None)
    return let_in(session, member_id, links.go_on(data["next"], "member"), at, by_code=True)


def device_here() -> str:
    """How the member is told of this browser."""
    return browser_name(request.user_agent.string)


def let_in(session: Session, member_id: int, answer: Response, at: datetime, *, by_code: bool = False) -> Response:
    """Open a session on this browser and hand its cookie out with `answer`; `by_code`: nothing but a code was asked for."""
    former = people.person()
    if former is not None and former.session_id is not None:  # a new sign-in ends the old one of this browser
        commands.revoke_member_session(session, former.session_id, actor=former.actor, at=at)
    actor, browser = Actor("member", member_id, origin=people.origin()), request.user_agent.string
    answer, known = cookies.give_known(answer)
    proven = by_code or has_used_old_passkey(session, member_id, at=at)
    if by_code:
        holds = get_balance(session, member_id).total > 0
        commands.cool_new_phone(session, member_id, known=known, holds=holds, actor=actor, at=at)
    secret = commands.open_member_session(
        session, member_id, known=known, proven=proven, browser=browser, actor=actor, at=at
    )
    return cookies.give(answer, people.MEMBER_COOKIE, secret)


def _door(form: Form) -> str:
    demo, passkeys = runtime.config().demo, queries.passkeys_are_possible()
    return render_template(
        "member/sign_in.html", form=form, demo=demo, passkeys=passkeys, step=_step(form), wait=_wait()
    )


def _wait() -> int:
    """Seconds until another code may be asked for, as far as this page knows; 0 when nothing was just sent."""
    sent = request.args.get("sent", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 12):
        return 0
    left = int(sent) + code_asks.ASKED[0].seconds - int(clock.now().timestamp())
    return left if 0 < left <= code_asks.ASKED[0].seconds else 0


def _step(form: Form) -> str:
    """What the door asks for: phone and code together, or, where codes come by SMS, first the `phone` and then the `code`."""
    if not sms.is_ready(edge.read()):
        return "both"
    came = request.endpoint == "member.try_code" or form.code == "too_many" or {"sent", "have"} & request.args.keys()
    return "code" if came else "phone"


def _ticket_page(form: Form) -> str:
    return render_template("member/sign_in_ticket.html", form=form)


def _fresh(page: str) -> Response:
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
