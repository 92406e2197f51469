"""/members/{id}/timeline: everything that happened; /members/{id}/interactions: what staff wrote down."""

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.interactions import commands, queries
from services.interactions.permissions import INTERACTIONS_CREATE, INTERACTIONS_READ
from services.interactions.schemas import InteractionIn, InteractionOut
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_member
from services.shared import clock
from services.shared.fields import Identifier, Moment, Money
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.timeline.queries import list_happenings
from services.timeline.rules import SOURCES, read_place
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_timeline", __name__, description="动态 Timeline")


class HappeningOut(Schema):
    """Something that happened. `source`: interactions, orders, refunds, wallet, points, coupons, messages, consents,
    withdrawals, joined; `id` is its id there, `words` its number, title or note; `read_at` of a message that was read."""

    source = fields.String()
    id = Identifier()
    kind = fields.String()
    at = Moment()
    store = Identifier(attribute="store_id", allow_none=True)
    order = Identifier(attribute="order_id", allow_none=True)
    money = Money(allow_none=True)
    points = fields.Integer(allow_none=True)
    words = fields.String()
    done_by = fields.String()
    read_at = Moment(allow_none=True)


@blueprint.get("/members/<int:member_id>/timeline")
@blueprint.listing(HappeningOut, "source")
@guards.api(MEMBERS_READ)
def get_timeline(member_id: int) -> Response:
    """What happened, the latest first, of the sources that the caller may see; `source`: some of them, with commas."""
    card, actor = get_member(edge.read(), member_id), edge.actor()
    sources = [name for name in request.args.get("source", "").split(",") if name] or list(SOURCES)
    if not set(sources) <= set(SOURCES):
        raise Invalid({"source": [N_("请从列表里选")]})
    cursor, limit = request.args.get("cursor", ""), shape.asked_limit()
    before = read_place(cursor)
    if cursor and before is None:
        raise Invalid({"cursor": [N_("这个游标不对")]})
    found = list_happenings(edge.read(), card.id, actor=actor, sources=sources, before=before, limit=limit + 1)
    following = found[limit - 1].place.text() if len(found) > limit else None
    items = forms.made(HappeningOut).dump(found[:limit], many=True)
    return edge.json_answer({"items": items, "next": following})


@blueprint.get("/members/<int:member_id>/interactions")
@blueprint.listing(InteractionOut)
@guards.api(INTERACTIONS_READ)
def list_interactions(member_id: int) -> Response:
    """What staff wrote down of a member, the latest first."""
    card = get_member(edge.read(), member_id)
    return shape.page(
        InteractionOut,
        lambda after, limit: queries.list_interactions(edge.read(), card.id, after=after, limit=limit),
    )


@blueprint.post("/members/<int:member_id>/interactions")
@blueprint.response(201, InteractionOut)
@blueprint.takes(InteractionIn)
@guards.api(INTERACTIONS_CREATE)
def note_interaction(member_id: int) -> Response:
    """Write an interaction down: call, visit, consultation, service, note."""
    data, at, actor = shape.body(InteractionIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        row = commands.note_interaction(session, member_id, data, actor=actor, at=at)
        return shape.one(InteractionOut, queries.get_interaction(session, row.id, member_id=member_id), 201)

    return edge.write(effect)


@blueprint.delete("/members/<int:member_id>/interactions/<int:interaction_id>")
@blueprint.response(204)
@guards.api(INTERACTIONS_CREATE)
def remove_interaction(member_id: int, interaction_id: int) -> Response:
    """Take one back: one's own for a day, afterwards and others' with `interactions:remove`."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.remove_interaction(session, member_id, interaction_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
