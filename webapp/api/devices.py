"""/me/devices and /me/codes (the member's own phone), /members/{id}/sign-in-codes (staff and programs)."""

import json

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.fields import Moment, Text
from services.signin import commands, permissions, queries
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.staff.signin_codes import SHOWN, ticket_url
from webapp.web import edge, guards, people

blueprint = Blueprint("api_devices", __name__, description="会员码与登录 Member codes and sign-in")


class DeviceIn(Schema):
    """A phone that wants to make codes; `handle` when it thinks that it already may."""

    name = Text(load_default="", validate=validate.Length(max=200))
    handle = Text(load_default=None, allow_none=True, validate=validate.Length(max=20))


class DeviceOut(Schema):
    """A phone that makes codes."""

    handle = fields.String()
    name = fields.String()
    created_at = Moment()
    seen_at = Moment()


class IssuedOut(Schema):
    """A device's handle, its secret when it is new (201), and the server's time."""

    handle = fields.String()
    secret = fields.String()
    server_time = fields.String()


class CodeOut(Schema):
    """A member code and how many seconds it stays the present one."""

    code = fields.String()
    seconds = fields.Integer()


class SigninCodeOut(Schema):
    """A one-time code: six digits to type, or the address inside a QR."""

    code = fields.String()
    ticket_url = fields.String()
    expires_at = fields.String()


@blueprint.get("/me/devices")
@blueprint.listing(DeviceOut, paged=False)
@guards.api_member
def list_devices() -> Response:
    """My phones."""
    person, _session_id = people.signed_in()
    found = queries.list_devices(edge.read(), int(person.actor.id or 0))
    return edge.json_answer({"items": DeviceOut(many=True).dump(found), "next": None})


@blueprint.post("/me/devices")
@blueprint.takes(DeviceIn)
@blueprint.response(201, IssuedOut)
@blueprint.alt_response(200, schema=IssuedOut)
@guards.api_member
def issue_device() -> Response:
    """Handle and secret for this phone (201), or word that the handle still holds (200); always with the server's time."""
    (person, session_id), at = people.signed_in(), clock.now()
    data = shape.body(DeviceIn)

    def effect(session: Session) -> Response:
        device = commands.issue_device(
            session, session_id=session_id, handle=data["handle"], name=data["name"], actor=person.actor, at=at
        )
        told = {"handle": device.handle} | ({"secret": device.secret} if device.secret else {})
        return edge.json_answer(told, 201 if device.secret else 200)

    answer = edge.write(effect)
    # A repeated request gets the same device, but never an old time: the phone sets its clock by it.
    told = answer.get_json() | {"server_time": clock.now().isoformat(timespec="milliseconds")}
    answer.set_data(json.dumps(told))
    return answer


@blueprint.delete("/me/devices/<handle>")
@blueprint.response(204)
@guards.api_member
def revoke_device(handle: str) -> Response:
    """This phone makes no more codes."""
    (person, _session_id), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        commands.revoke_device(session, handle, actor=person.actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.post("/me/codes")
@blueprint.response(201, CodeOut)
@guards.api_member
def make_code() -> Response:
    """A member code made here, for a page that may not keep a secret (plain http)."""
    (person, session_id), at = people.signed_in(), clock.now()
    name = request.user_agent.string[:60]

    def effect(session: Session) -> Response:
        code = commands.make_code_here(session, session_id=session_id, name=name, actor=person.actor, at=at)
        return edge.json_answer({"code": code, "seconds": queries.seconds_left(at)}, 201)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/sign-in-codes")
@blueprint.response(201, SigninCodeOut)
@guards.api(permissions.SIGNIN_CODES_CREATE)
def create_signin_code(member_id: int) -> Response:
    """A one-time code for a member who stands here: digits to type, or the address inside a QR."""
    at, actor = clock.now(), edge.actor()
    edge.spend(SHOWN, actor.scope, at=at)

    def effect(session: Session) -> Response:
        code = commands.issue_signin_code(session, member_id, way="staff", actor=actor, at=at)
        told = {"code": code.digits, "ticket_url": ticket_url(code), "expires_at": code.expires_at.isoformat()}
        return edge.json_answer(told, 201)

    return edge.write(effect)
