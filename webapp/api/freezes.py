"""/me/misuse-reports, /spending-freezes and /members/{id}/unfreezings: a member says that something was not theirs."""

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.fields import Identifier, Moment
from services.signin import commands
from services.signin.permissions import FREEZES_LIFT
from services.signin.queries.freezes import list_freezes
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.staff.freezes import ThawIn
from webapp.web import edge, guards, people

blueprint = Blueprint("api_freezes", __name__, description="不是本人 Reported misuse")


class FreezeOut(Schema):
    """A member whose spending is frozen, since when."""

    member = Identifier(attribute="member_id")
    reported_at = Moment()


@blueprint.post("/me/misuse-reports")
@blueprint.response(201, FreezeOut)
@guards.api_member
def report_misuse() -> Response:
    """Something was not me: my spending is frozen until somebody at the shop has looked, and my other devices are signed out."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> Response:
        return shape.one(FreezeOut, commands.report_misuse(session, keep=own, actor=person.actor, at=at), 201)

    return edge.write(effect)


@blueprint.get("/spending-freezes")
@blueprint.listing(FreezeOut, paged=False)
@guards.api(FREEZES_LIFT)
def list_spending_freezes() -> Response:
    """Whose spending is frozen (403 `spending_frozen` wherever it is tried), the longest first."""
    return edge.json_answer({"items": FreezeOut(many=True).dump(list_freezes(edge.read())), "next": None})


@blueprint.post("/members/<int:member_id>/unfreezings")
@blueprint.response(204)
@blueprint.takes(ThawIn)
@guards.api(FREEZES_LIFT)
def lift_freeze(member_id: int) -> Response:
    """Somebody has spoken with the member: spending is open again; where nothing is frozen nothing changes."""
    data, at, actor = shape.body(ThawIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.lift_freeze(session, member_id, data["reason"], actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
