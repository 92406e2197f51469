"""/findings and /finding-reviews: staff who may be dealing with themselves; /staff/{id}/own-card: which member card is theirs."""

from flask import Response, request
from sqlalchemy.orm import Session

from services.dealing import commands, queries
from services.dealing.permissions import DEALING_READ
from services.dealing.schemas import FindingOut, FindingsFilter, OwnCardIn, OwnCardOut, ReviewIn
from services.identity.permissions import STAFF_CHANGE
from services.identity.queries import require_reach
from services.members.permissions import MEMBERS_READ
from services.shared import clock
from services.shared.days import local_day
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, shop

blueprint = Blueprint("api_dealing", __name__, description="自查 What an owner should look at")


@blueprint.get("/findings")
@blueprint.listing(FindingOut, "day", "weeks", paged=False)
@guards.api(DEALING_READ)
def list_findings() -> Response:
    """What stands out in the week of `?day=` (today's, if none), or in four weeks up to it (`?weeks=4`); not looked at first."""
    asked, at = forms.load(FindingsFilter, request.args), clock.now()
    day = asked["day"] or local_day(at, shop.settings().zone)
    found = queries.list_findings(edge.read(), day, asked["weeks"], actor=edge.actor())
    return edge.json_answer({"items": forms.made(FindingOut).dump(found, many=True), "next": None})


@blueprint.post("/finding-reviews")
@blueprint.response(201, FindingOut)
@blueprint.takes(ReviewIn)
@guards.api(DEALING_READ)
def create_review() -> Response:
    """Somebody looked at a finding and says why it is fine; the first look stays."""
    data, at, actor = shape.body(ReviewIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.review_finding(session, data["finding"], data["note"], actor=actor, at=at)
        view = queries.find_finding(session, data["finding"], actor=actor)
        return shape.one(FindingOut, view, 201)

    return edge.write(effect)


@blueprint.get("/staff/<int:staff_id>/own-card")
@blueprint.response(200, OwnCardOut)
@guards.api(STAFF_CHANGE)
def get_own_card(staff_id: int) -> Response:
    """The member card of somebody who works here."""
    session, actor = edge.read(), edge.actor()
    actor.require(MEMBERS_READ)
    card = queries.find_own_card(session, require_reach(session, staff_id, actor=actor).id)
    return shape.one(OwnCardOut, {"staff": staff_id, "member": card.id if card else None})


@blueprint.put("/staff/<int:staff_id>/own-card")
@blueprint.response(200, OwnCardOut)
@blueprint.takes(OwnCardIn)
@guards.api(STAFF_CHANGE)
def note_own_card(staff_id: int) -> Response:
    """Note it: what they ring up for themselves stands out. 422 where no member has this phone or number."""
    at, actor = clock.now(), edge.actor()
    require_reach(edge.read(), staff_id, actor=actor)
    data = shape.body(OwnCardIn)

    def effect(session: Session) -> Response:
        own = commands.note_own_card(session, staff_id, data["card"], actor=actor, at=at)
        return shape.one(OwnCardOut, {"staff": staff_id, "member": own.member_id})

    return edge.write(effect)


@blueprint.delete("/staff/<int:staff_id>/own-card")
@blueprint.response(204)
@guards.api(STAFF_CHANGE)
def drop_own_card(staff_id: int) -> Response:
    """It is not theirs, or no longer."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.drop_own_card(session, staff_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
