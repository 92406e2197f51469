"""手机号: I change my phone number. First I prove to be here, then that the new number is mine."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import queries as members
from services.shared import clock
from services.shared.refusals import NotFound, Refusal
from services.signin import commands, queries
from services.signin.errors import PasskeyRefused, StepUpNeeded, WrongSigninCode
from services.signin.models import MemberSession
from services.signin.queries.sessions import came_by_shown_code, is_proven
from webapp.member import blueprint
from webapp.member.signin import GUESSES, device_here, send_code_to
from webapp.web import code_asks, cookies, edge, forms, guards, links, passkeys, people, phone_changes, toasts
from webapp.web.forms import Form

WRONG = phone_changes.WRONG


@blueprint.get("/me/phone")
@guards.member
def own_phone() -> str:
    """Where I prove to be here; then where I type the new number."""
    return _page(Form({"phone": request.args.get("phone", "")[:40]}))


@blueprint.post("/me/phone/prove/code")
@guards.member
def ask_own_code() -> ResponseReturnValue:
    """Have a code sent to my present number."""
    phone, at = own_number(), clock.now()

    def first(_data: dict[str, Any]) -> None:
        code_asks.require_sending()
        code_asks.count(phone, at)

    def perform(session: Session, _data: Mapping[str, Any]) -> Response:
        send_code_to(session, phone, at)
        toasts.say(_("验证码发出了"))
        return links.to("member.own_phone", asked=1)

    return forms.submit(forms.Nothing, perform, _page, first=first, keyed=False)


@blueprint.post("/me/phone/prove")
@guards.member
def prove_own_presence() -> ResponseReturnValue:
    """I say the code."""
    values = forms.typed()
    try:
        return proven(forms.load(phone_changes.OwnCodeIn, values)["code"], links.to("member.own_phone"))
    except Refusal as refusal:
        return forms.refused(values, refusal, _page)


@blueprint.post("/me/phone/passkey/options")
@guards.member
def ask_own_presence() -> Response:
    """What my browser is to sign."""
    queries.require_passkeys()
    at, asker, actor = clock.now(), _asker(), edge.actor()
    edge.spend(passkeys.ASKED_FROM, people.address(), at=at)
    return edge.write(
        lambda session: edge.json_answer(commands.ask_to_step_up(session, browser=asker, actor=actor, at=at)),
        keyed=False,
    )


@blueprint.post("/me/phone/passkey")
@guards.member
def prove_own_passkey() -> Response:
    """I am here, by my passkey."""
    queries.require_passkeys()
    (person, own), at, asker = people.signed_in(), clock.now(), _asker()
    data = passkeys.sent(passkeys.AnswerIn)
    edge.spend(passkeys.ANSWERED_FROM, people.address(), at=at)
    answer = edge.write(
        lambda session: (
            commands.prove_own_presence_by_passkey(
                session, own, data["credential"], browser=asker, actor=person.actor, at=at
            )
            or ("", WRONG)
        ),
        keyed=False,
    )
    if answer.status_code == WRONG:  # committed, so that what was asked is used up
        raise PasskeyRefused
    edge.give_back(passkeys.ANSWERED_FROM, people.address(), at=at)
    onward = passkeys.go_on(url_for("member.own_phone"))
    return cookies.give(onward, people.MEMBER_COOKIE, answer.get_data(as_text=True))


@blueprint.post("/me/phone/code")
@guards.member
def ask_phone_code() -> ResponseReturnValue:
    """Have a code sent to the new number, whoever has that."""
    at, actor, member_id = clock.now(), edge.actor(), people.member().id

    def first(data: dict[str, Any]) -> None:
        code_asks.require_sending()
        require_proven()
        code_asks.count(data["phone"], at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.issue_phone_code(session, member_id, data["phone"], way="sms", actor=actor, at=at)
        return links.to("member.own_phone", phone=data["phone"].removeprefix("+86"), sent=1)

    return forms.submit(phone_changes.NumberIn, perform, _page, first=first, keyed=False)


@blueprint.post("/me/phone")
@guards.member
def change_own_phone() -> ResponseReturnValue:
    """The new number is mine from now on."""
    values = forms.typed()

    def done() -> ResponseReturnValue:
        toasts.say(_("手机号换好了，以后用新号码登录"))
        return redirect(url_for("member.me"), 303)

    try:
        data = forms.load(phone_changes.ProvenNumberIn, values)
        return change(data, done)
    except Refusal as refusal:
        return forms.refused(values, refusal, _page)


def change(data: Mapping[str, Any], done: Any) -> Response:
    """Change the number of whoever is signed in. Raises StepUpNeeded, WrongPhoneCode, NumberHasCard, TooMany."""
    (person, own), at = people.signed_in(), clock.now()
    return phone_changes.write(
        lambda session: commands.change_own_phone(
            session, data["phone"], data["code"], session_id=own, actor=person.actor, at=at
        ),
        done,
        people.member().id,
        at=at,
    )


def proven(code: str, onward: Response) -> Response:
    """`onward` with the new secret of this session, whose member said the right code. Raises WrongSigninCode, TooMany."""
    (person, own), at, device = people.signed_in(), clock.now(), device_here()
    subject = people.member().phone or f"member:{people.member().id}"
    edge.spend(GUESSES, subject, at=at)
    answer = edge.write(
        lambda session: (
            commands.prove_own_presence(session, own, code, device=device, actor=person.actor, at=at) or ("", WRONG)
        ),
        keyed=False,
    )
    if answer.status_code == WRONG:  # committed, so that the wrong try counts
        raise WrongSigninCode({"code": [WrongSigninCode.text]})
    edge.clear(GUESSES, subject)
    return cookies.give(onward, people.MEMBER_COOKIE, answer.get_data(as_text=True))


def own_number() -> str:
    """The number of whoever is signed in. Raises NotFound where the card has none."""
    phone = members.get_member(edge.read(), people.member().id).phone
    if phone is None:
        raise NotFound
    return phone


def require_proven() -> None:
    """Raise StepUpNeeded for a session whose member proved nothing lately."""
    if not _is_proven():
        raise StepUpNeeded


def _is_proven() -> bool:
    _person, own = people.signed_in()
    return is_proven(edge.read().get_one(MemberSession, own).proven_at, at=clock.now())


def _asker() -> str:
    """What only this session in this browser sends."""
    _person, own = people.signed_in()
    return f"{own} {passkeys.this_browser()}"


def _page(form: Form) -> str:
    card = members.get_member(edge.read(), people.member().id)
    has_passkey = queries.passkeys_are_possible() and bool(passkeys.own())
    return render_template(
        "member/me/phone.html", form=form, card=card, proven=_is_proven(), sends=code_asks.can_send(),
        from_staff=came_by_shown_code(edge.read(), card.id, at=clock.now()), has_passkey=has_passkey,
        sent=bool(request.args.get("sent")),
    )  # fmt: skip
