"""/me/presence, /me/phone-codes, /me/phone; /members/{id}/phone-codes, phone-changes, phone-overrides: another number for a card."""

from flask import Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.members.permissions import MEMBERS_CHANGE
from services.shared import clock
from services.shared.fields import Moment
from services.signin import commands
from services.signin.permissions import PROOFS_OVERRIDE, SIGNIN_CODES_CREATE
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.member import phone as own
from webapp.member.signin import send_code_to
from webapp.staff import phones
from webapp.staff.signin_codes import SHOWN
from webapp.web import code_asks, edge, guards, people, phone_changes

blueprint = Blueprint("api_phones", __name__, description="换手机号 Phone numbers")


class ShownPhoneCodeOut(Schema):
    """The six digits that prove the new number, told once; good until `expires_at`."""

    code = fields.String()
    expires_at = Moment()


def _answered() -> Response:
    return Response(status=204)


@blueprint.post("/me/presence-codes")
@blueprint.response(204)
@guards.api_member
def ask_own_code() -> Response:
    """Have a code sent to my present number, with which I prove to be here. 409 `sms_not_configured`: then staff show one."""
    phone, at = own.own_number(), clock.now()
    code_asks.require_sending()
    if not edge.answered():
        code_asks.count(phone, at)

    def effect(session: Session) -> Response:
        send_code_to(session, phone, at)
        return _answered()

    return edge.write(effect)


@blueprint.post("/me/presence")
@blueprint.response(204)
@blueprint.takes(phone_changes.OwnCodeIn)
@blueprint.unkeyed
@guards.api_member
def prove_own_presence() -> Response:
    """Prove to be here, for ten minutes, with that code or one that staff show; my session goes on under a new cookie."""
    return own.proven(shape.body(phone_changes.OwnCodeIn)["code"], _answered())


@blueprint.post("/me/phone-codes")
@blueprint.response(204)
@blueprint.takes(phone_changes.NumberIn)
@guards.api_member
def ask_phone_code() -> Response:
    """Have a code sent to the number that I would like to have, whoever has it now. 403 `step_up_needed` before `/me/presence`."""
    code_asks.require_sending()
    data, at, actor, member_id = shape.body(phone_changes.NumberIn), clock.now(), edge.actor(), people.member().id
    if not edge.answered():
        own.require_proven()
        code_asks.count(data["phone"], at)

    def effect(session: Session) -> Response:
        commands.issue_phone_code(session, member_id, data["phone"], way="sms", actor=actor, at=at)
        return _answered()

    return edge.write(effect)


@blueprint.put("/me/phone")
@blueprint.response(204)
@blueprint.takes(phone_changes.ProvenNumberIn)
@guards.api_member
def change_own_phone() -> Response:
    """The number is mine from now on. 403 `step_up_needed`, 422 `wrong_phone_code`; 409 `number_has_card` says no more than that."""
    return own.change(shape.body(phone_changes.ProvenNumberIn), _answered)


@blueprint.post("/members/<int:member_id>/phone-codes")
@blueprint.response(204)
@blueprint.takes(phone_changes.NumberIn)
@guards.api(MEMBERS_CHANGE)
def send_phone_code(member_id: int) -> Response:
    """Have a code sent to the number that this card is to have. 409 `sms_not_configured` where the shop sends none."""
    code_asks.require_sending()
    data, at, actor = shape.body(phone_changes.NumberIn), clock.now(), edge.actor()
    if not edge.answered():
        phones.require_living(member_id)
        code_asks.count(data["phone"], at)

    def effect(session: Session) -> Response:
        commands.issue_phone_code(session, member_id, data["phone"], way="sms", actor=actor, at=at)
        return _answered()

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/shown-phone-codes")
@blueprint.response(201, ShownPhoneCodeOut)
@blueprint.takes(phone_changes.NumberIn)
@guards.api(SIGNIN_CODES_CREATE)
def show_phone_code(member_id: int) -> Response:
    """A code for the new number, to be shown to who stands here: the member sends it with `PUT /me/phone`."""
    data, at, actor = shape.body(phone_changes.NumberIn), clock.now(), edge.actor()
    edge.spend(SHOWN, actor.scope, at=at)

    def effect(session: Session) -> Response:
        code = commands.issue_phone_code(session, member_id, data["phone"], way="shown", actor=actor, at=at)
        return shape.one(ShownPhoneCodeOut, {"code": code.digits, "expires_at": code.expires_at}, 201)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/phone-changes")
@blueprint.response(204)
@blueprint.takes(phone_changes.SaidNumberIn)
@guards.api(MEMBERS_CHANGE)
def change_phone(member_id: int) -> Response:
    """The card's number is this one: the member read the code that it got. 422 `wrong_phone_code`, 409 `phone_taken`."""
    return phones.change(member_id, shape.body(phone_changes.SaidNumberIn), _answered)


@blueprint.post("/members/<int:member_id>/phone-overrides")
@blueprint.response(204)
@blueprint.takes(phone_changes.AnsweredNumberIn)
@guards.api(PROOFS_OVERRIDE)
def override_phone(member_id: int) -> Response:
    """The same without a code: whoever asks answers for it."""
    return phones.change(member_id, shape.body(phone_changes.AnsweredNumberIn), _answered)


@blueprint.post("/members/<int:member_id>/phone-releases")
@blueprint.response(204)
@blueprint.takes(phone_changes.WhyIn)
@guards.api(PROOFS_OVERRIDE)
def release_phone(member_id: int) -> Response:
    """The carrier has given the number to somebody else: the card goes on without one (`phone_lost_at`), all who are in are out."""
    data, at, actor = shape.body(phone_changes.WhyIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.release_phone_of(session, member_id, data["reason"], actor=actor, at=at)
        return _answered()

    return edge.write(effect)
