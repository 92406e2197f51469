"""/staff/step-up: whether the session of our staff app is verified, and verifying it by password. Passkeys answer on the app's pages."""

from flask import Response
from marshmallow import Schema, fields, validate

from services.shared.fields import Moment, Text
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import guards, people, step_up
from webapp.web.own_password import require_own_password

blueprint = Blueprint("api_step_up", __name__, description="确认是本人 Step-up")


class StepUpIn(Schema):
    """The own password."""

    password = Text(required=True, validate=validate.Length(min=1, max=256))


class StepUpOut(Schema):
    """Whether sensitive acts go through right now, and until when; other sessions get 403 `step_up_needed`."""

    verified = fields.Boolean()
    until = Moment(allow_none=True)


@blueprint.get("/staff/step-up")
@blueprint.response(200, StepUpOut)
@guards.api_staff
def get_step_up() -> Response:
    """Whether I was verified lately."""
    (person, _session_id) = people.signed_in()
    return shape.one(StepUpOut, {"verified": step_up.is_verified(person), "until": step_up.verified_until(person)})


@blueprint.post("/staff/step-up")
@blueprint.response(200, StepUpOut)
@blueprint.takes(StepUpIn)
@blueprint.unkeyed
@guards.api_staff
def create_step_up() -> Response:
    """Verify this session with my password; it goes on under a new cookie. 422 `wrong_password`, 429 together with guesses at the door."""
    require_own_password(shape.body(StepUpIn)["password"])
    until = step_up.until_now()
    return step_up.verified(shape.one(StepUpOut, {"verified": True, "until": until}), by="password")
