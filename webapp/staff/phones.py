"""换手机号: staff change a member's number, with the code that the new number got or because a manager answers for it; or show the code
that the member types in the own app."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.members import queries
from services.members.permissions import MEMBERS_CHANGE
from services.shared import clock
from services.shared.refusals import NotFound, Refusal
from services.signin import commands
from services.signin.commands.codes import SigninCode
from services.signin.permissions import PROOFS_OVERRIDE, SIGNIN_CODES_CREATE
from webapp.staff import blueprint
from webapp.staff.members import page
from webapp.staff.signin_codes import SHOWN
from webapp.web import code_asks, edge, forms, guards, links, phone_changes, toasts
from webapp.web.forms import Form


@blueprint.get("/members/<int:member_id>/phone")
@guards.staff(MEMBERS_CHANGE)
def member_phone(member_id: int) -> str:
    """The ways to another number."""
    return _page(member_id, Form({"phone": request.args.get("phone", "")[:40]}))


@blueprint.post("/members/<int:member_id>/phone/code")
@guards.staff(MEMBERS_CHANGE)
def send_phone_code(member_id: int) -> ResponseReturnValue:
    """Have a code sent to the new number, for the member to read out."""
    at, actor = clock.now(), edge.actor()
    require_living(member_id)

    def first(data: dict[str, Any]) -> None:
        code_asks.require_sending()
        code_asks.count(data["phone"], at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.issue_phone_code(session, member_id, data["phone"], way="sms", actor=actor, at=at)
        return links.to("staff.member_phone", member_id=member_id, phone=data["phone"].removeprefix("+86"), sent=1)

    return forms.submit(
        phone_changes.NumberIn, perform, lambda form: _page(member_id, form),
        first=first, keyed=False,
    )  # fmt: skip


@blueprint.post("/members/<int:member_id>/phone/shown")
@guards.staff(SIGNIN_CODES_CREATE)
def show_phone_code(member_id: int) -> ResponseReturnValue:
    """Show a code for the new number, once, to who stands here. Not keyed: the secret is stored nowhere."""
    at, actor, made = clock.now(), edge.actor(), list[SigninCode]()
    values = forms.typed()

    def effect(session: Session) -> ResponseReturnValue:
        made.append(commands.issue_phone_code(session, member_id, data["phone"], way="shown", actor=actor, at=at))
        return "", 204

    try:
        data = forms.load(phone_changes.NumberIn, values)
        edge.spend(SHOWN, actor.scope, at=at)
        edge.write(effect, keyed=False)
    except Refusal as refusal:
        return forms.refused(values, refusal, lambda form: _page(member_id, form))
    response = Response(_page(member_id, Form(values), made[0]))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/members/<int:member_id>/phone")
@guards.staff(MEMBERS_CHANGE)
def change_phone(member_id: int) -> ResponseReturnValue:
    """The member read the code from the new number."""
    return _changed(member_id, phone_changes.SaidNumberIn)


@blueprint.post("/members/<int:member_id>/phone/override")
@guards.staff(PROOFS_OVERRIDE)
def override_phone(member_id: int) -> ResponseReturnValue:
    """Somebody who answers for members has looked."""
    return _changed(member_id, phone_changes.AnsweredNumberIn)


@blueprint.post("/members/<int:member_id>/phone/release")
@guards.staff(PROOFS_OVERRIDE)
def release_phone(member_id: int) -> ResponseReturnValue:
    """The number is somebody else's by now: it is free, and the card waits for its owner."""
    at, actor = clock.now(), edge.actor()
    require_living(member_id)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.release_phone_of(session, member_id, data["reason"], actor=actor, at=at)
        toasts.say(_("号码分开了，现在的机主可以另开一张卡"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    return forms.submit(phone_changes.WhyIn, perform, lambda form: _page(member_id, form))


def _changed(member_id: int, schema: type[Schema]) -> ResponseReturnValue:
    values = forms.typed()

    def done() -> ResponseReturnValue:
        toasts.say(_("手机号换好了，会员会收到消息"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    try:
        return change(member_id, forms.load(schema, values), done)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return forms.refused(values, refusal, lambda form: _page(member_id, form))


def change(member_id: int, data: Mapping[str, Any], done: Callable[[], Any]) -> Response:
    """Change the number: with a `code`, or on the word of who asks. Raises WrongPhoneCode, PhoneTaken, NotFound, TooMany."""
    at, actor = clock.now(), edge.actor()
    require_living(member_id)
    return phone_changes.write(
        lambda session: commands.change_phone_of(
            session, member_id, data["phone"], data.get("code", ""), data["reason"], actor=actor, at=at
        ),
        done,
        member_id,
        at=at,
    )


def require_living(member_id: int) -> None:
    """Raise NotFound for a card that is not in use."""
    if queries.get_member(edge.read(), member_id).archived:
        raise NotFound("member_not_found")


def _page(member_id: int, form: Form, code: SigninCode | None = None) -> str:
    require_living(member_id)
    card = queries.as_seen_by(edge.actor(), queries.get_member(edge.read(), member_id))
    known = queries.find_member_by_phone(edge.read(), form.value("phone")) if form.code == "phone_taken" else None
    return page(
        "phone",
        card=card,
        form=form,
        known=known,
        code=code,
        sends=code_asks.can_send(),
        sent=bool(request.args.get("sent")),
    )
