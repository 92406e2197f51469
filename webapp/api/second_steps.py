"""/staff/second-step (one's own app that shows six digits), /staff/recovery-codes (an owner's codes on paper, and the one for a
colleague who lost the password)."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.fields import Moment
from services.signin import commands, queries
from services.signin.permissions import STAFF_RECOVER
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.staff.recovery import FreshCodesForm, fresh_codes
from webapp.staff.second_steps import PasswordForm, RemoveForm, StepForm, count_code, view
from webapp.web import edge, guards, passkeys
from webapp.web.own_password import require_own_password

blueprint = Blueprint("api_second_steps", __name__, description="两步登录 Second step")


class PasswordIn(PasswordForm):
    """The present password."""


class CodeIn(StepForm):
    """Six digits of the app."""

    class Meta:
        """Without where a page goes on to."""

        exclude = ("next",)


class RemovalIn(RemoveForm):
    """Password, and six digits of the app or a code on paper."""

    class Meta:
        """Without where a page goes on to."""

        exclude = ("next",)


class SecondStepOut(Schema):
    """`state` is on, begun or off; `secret` and `address` (otpauth://…) are those of an app that this browser sets up."""

    state = fields.String()
    required = fields.Boolean()
    since = Moment(allow_none=True)
    secret = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    codes_left = fields.Integer()
    codes_made_at = Moment(allow_none=True)


class FreshCodesIn(FreshCodesForm):
    """The present password; `code` where an app is on."""


class CodesOut(Schema):
    """Ten codes, told once."""

    codes = fields.List(fields.String())


class ShownCodeOut(Schema):
    """A code for a new password, told once."""

    code = fields.String()
    expires_at = Moment()


@blueprint.get("/staff/second-step")
@blueprint.response(200, SecondStepOut)
@guards.api_staff
def get_second_step() -> Response:
    """What I have beside the password."""
    own = view()
    address = queries.address_of_app(edge.read(), own.secret, int(edge.actor().id or 0)) if own.secret else None
    answer = edge.json_answer(SecondStepOut().dump(vars(own) | {"address": address}))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/staff/second-step")
@blueprint.response(204)
@blueprint.takes(PasswordIn)
@guards.api_staff
def begin_second_step() -> Response:
    """Begin to set an app up: GET tells its secret, until it is confirmed."""
    at, actor, browser, data = clock.now(), edge.actor(), passkeys.this_browser(), shape.body(PasswordIn)
    if edge.answered() is None:
        require_own_password(data["password"])
    return _done(lambda session: commands.begin_authenticator(session, browser=browser, actor=actor, at=at))


@blueprint.post("/staff/second-step/confirmations")
@blueprint.response(204)
@blueprint.takes(CodeIn)
@guards.api_staff
def confirm_second_step() -> Response:
    """The app counts from now on: it showed the right code."""
    at, actor, browser, data = clock.now(), edge.actor(), passkeys.this_browser(), shape.body(CodeIn)
    if edge.answered() is None:
        count_code()
    code = data["code"]
    return _done(lambda session: commands.confirm_authenticator(session, code, browser=browser, actor=actor, at=at))


@blueprint.post("/staff/second-step/removals")
@blueprint.response(204)
@blueprint.takes(RemovalIn)
@guards.api_staff
def remove_second_step() -> Response:
    """The password alone is enough again."""
    at, actor, data = clock.now(), edge.actor(), shape.body(RemovalIn)
    if edge.answered() is None:
        require_own_password(data["password"])
        count_code()
    return _done(lambda session: commands.remove_authenticator(session, data["code"], actor=actor, at=at))


@blueprint.post("/staff/recovery-codes")
@blueprint.response(201, CodesOut)
@blueprint.takes(FreshCodesIn)
@guards.api_staff
def make_recovery_codes() -> Response:
    """Ten fresh codes of an owner; those made before end. The answer is not kept: asked again, there are ten others."""
    data = shape.body(FreshCodesIn)
    answer = edge.json_answer({"codes": fresh_codes(data["password"], data["code"])}, 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/staff/<int:staff_id>/recovery-codes")
@blueprint.response(201, ShownCodeOut)
@guards.api(STAFF_RECOVER)
def show_recovery_code(staff_id: int) -> Response:
    """A code with which a colleague sets a new password at `/staff/recover`, once, within ten minutes; one made before ends. The answer
    is not kept: asked again, it is another one."""
    at, actor, made = clock.now(), edge.actor(), []

    def effect(session: Session) -> Any:
        made.append(commands.show_recovery_code(session, staff_id, actor=actor, at=at))
        return "", 204

    edge.write(effect, keyed=False)
    answer = shape.one(ShownCodeOut, made[0], 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _done(act: Any) -> Response:
    def effect(session: Session) -> Response:
        act(session)
        return Response(status=204)

    return edge.write(effect)
