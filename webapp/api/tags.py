"""/tags: by hand or by rule; /members/{id}/tags: who has them."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from services.members.permissions import MEMBERS_CHANGE, MEMBERS_READ
from services.members.queries import get_member
from services.segments import commands, queries
from services.segments.permissions import TAGS_CHANGE
from services.segments.schemas import TagIn, TagOut, WornIn, WornOut
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.api.segments import asked_archived
from webapp.web import edge, guards

blueprint = Blueprint("api_tags", __name__, description="标签 Tags")


class TagChange(TagIn):
    """What may change of a tag, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


@blueprint.get("/tags")
@blueprint.listing(TagOut)
@guards.api(MEMBERS_READ)
def list_tags() -> Response:
    """The tags by id, those put away too; never one whose rule asks for what the caller may not read."""
    found = sorted(queries.list_tags(edge.read(), actor=edge.actor(), archived=True), key=lambda tag: tag.id)
    return shape.page(TagOut, lambda after, limit: [tag for tag in found if tag.id > (after or 0)][:limit])


@blueprint.post("/tags")
@blueprint.response(201, TagOut)
@blueprint.takes(TagIn)
@guards.api(TAGS_CHANGE)
def create_tag() -> Response:
    """Add a tag; with a `rule` (conditions as in a segment) members get and lose it by themselves within seconds."""
    data, at, actor = shape.body(TagIn), clock.now(), edge.actor()
    return edge.write(lambda session: _one(session, commands.create_tag(session, data, actor=actor, at=at).id, 201))


@blueprint.get("/tags/<int:tag_id>")
@blueprint.response(200, TagOut)
@guards.api(MEMBERS_READ)
def get_tag(tag_id: int) -> Response:
    """One tag."""
    return _one(edge.read(), tag_id)


@blueprint.patch("/tags/<int:tag_id>")
@blueprint.response(200, TagOut)
@blueprint.takes(TagChange, partial=True)
@guards.api(TAGS_CHANGE)
def change_tag(tag_id: int) -> Response:
    """Change some of it; a tag by hand gets no rule, a tag by rule keeps one; `archived` puts it away or back."""
    at, actor = clock.now(), edge.actor()
    data, archived = shape.body(TagIn, partial=True), asked_archived()

    def effect(session: Session) -> Response:
        commands.change_tag(session, tag_id, data, actor=actor, at=at)
        if archived is not None:
            set_archived: Callable[..., Any] = commands.archive_tag if archived else commands.restore_tag
            set_archived(session, tag_id, actor=actor, at=at)
        return _one(session, tag_id)

    return edge.write(effect)


@blueprint.get("/members/<int:member_id>/tags")
@blueprint.listing(WornOut)
@guards.api(MEMBERS_READ)
def list_member_tags(member_id: int) -> Response:
    """The tags of a member: since when, and whether a rule (`system`) or somebody put them on."""
    card = get_member(edge.read(), member_id)
    worn = queries.list_worn(edge.read(), [card.id], actor=edge.actor())[card.id]
    found = sorted(worn, key=lambda each: each.id)
    return shape.page(WornOut, lambda after, limit: [each for each in found if each.id > (after or 0)][:limit])


@blueprint.post("/members/<int:member_id>/tags")
@blueprint.response(201, TagOut)
@blueprint.takes(WornIn)
@guards.api(MEMBERS_CHANGE)
def add_member_tag(member_id: int) -> Response:
    """Put a tag on by hand; who has it keeps it as it is."""
    tag_id, at, actor = shape.body(WornIn)["tag"], clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.add_tag(session, member_id, tag_id, actor=actor, at=at)
        return _one(session, tag_id, 201)

    return edge.write(effect)


@blueprint.delete("/members/<int:member_id>/tags/<int:tag_id>")
@blueprint.response(204)
@guards.api(MEMBERS_CHANGE)
def remove_member_tag(member_id: int, tag_id: int) -> Response:
    """Take a tag off by hand."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.remove_tag(session, member_id, tag_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


def _one(session: Session, tag_id: int, status: int = 200) -> Response:
    return shape.one(TagOut, queries.get_tag(session, tag_id, actor=edge.actor()), status)
