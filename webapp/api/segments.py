"""/segments: saved conditions, tried before they are kept; the catalogue of what can be asked; the classes of RFM."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response
from flask_babel import force_locale
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.members.queries import MemberCard, as_seen_by, get_cards
from services.members.schemas import MemberOut
from services.segments import commands, queries
from services.segments.permissions import SEGMENTS_CHANGE, SEGMENTS_READ
from services.segments.queries import Kind, SegmentCard
from services.segments.rules.rfm import CLASSES
from services.segments.rules.trees import Node
from services.segments.schemas import PreviewIn, SegmentIn, SegmentOut
from services.shared import clock
from services.shared.fields import Identifier
from services.shared.refusals import Forbidden, Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, segment_words

blueprint = Blueprint("api_segments", __name__, description="客群 Segments")


class SegmentChange(SegmentIn):
    """What may change of a segment, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


class KindOut(Schema):
    """A kind of condition: what it is called, and its fields in JSON (`at_least`, `at_most`, `one_of`, `days`, `is`)."""

    kind = fields.String(attribute="name")
    group = fields.String()
    label = fields.Dict(keys=fields.String(), values=fields.String())
    fields_ = fields.List(fields.String(), data_key="fields")


class PreviewOut(Schema):
    """What conditions find: how many of `everybody`, the sentence in both languages, how many are left after each part of an `all`,
    some of them; `overlap`: how many are in the other segment too."""

    count = fields.Integer()
    everybody = fields.Integer()
    sentence = fields.Dict(keys=fields.String(), values=fields.String())
    steps = fields.List(fields.Integer())
    sample = fields.List(Identifier())
    overlap = fields.Integer(allow_none=True)


class MoveOut(Schema):
    """Members who changed their class since the month began."""

    before = fields.String()
    now = fields.String()
    members = fields.Integer()


class ClassesOut(Schema):
    """Living members by class of RFM, now and when the month began (`noted_on`, null: not noted yet); `never` bought nothing."""

    now = fields.Dict(keys=fields.String(), values=fields.Integer())
    before = fields.Dict(keys=fields.String(), values=fields.Integer())
    moves = fields.List(fields.Nested(MoveOut))
    never = fields.Integer()
    noted_on = fields.Date(allow_none=True)


@blueprint.get("/segments")
@blueprint.listing(SegmentOut)
@guards.api(SEGMENTS_READ)
def list_segments() -> Response:
    """The segments by id, those put away too; never one that asks for what the caller may not read."""
    return shape.page(SegmentOut, _list)


@blueprint.post("/segments")
@blueprint.response(201, SegmentOut)
@blueprint.takes(SegmentIn)
@guards.api(SEGMENTS_CHANGE)
def create_segment() -> Response:
    """Keep conditions under a name. What is wrong stands beside its node: `conditions.all.1.not.one_of`."""
    data, at, actor = shape.body(SegmentIn), clock.now(), edge.actor()
    return edge.write(lambda session: _one(session, commands.create_segment(session, data, actor=actor, at=at).id, 201))


@blueprint.get("/segments/kinds")
@blueprint.listing(KindOut)
@guards.api(SEGMENTS_READ)
def list_kinds() -> Response:
    """Everything that the caller may ask in a condition, the shop's own fields too."""
    may, catalogue = edge.actor().may, queries.load_catalogue(edge.read())
    items = [_kind(kind) for kind in catalogue.values() if kind.offered and may(kind.permission)]
    return edge.json_answer({"items": forms.made(KindOut).dump(items, many=True), "next": None})


@blueprint.post("/segments/preview")
@blueprint.response(200, PreviewOut)
@blueprint.takes(PreviewIn)
@blueprint.unkeyed
@guards.api(SEGMENTS_READ)
def preview_segment() -> Response:
    """Try conditions: how many, some of them, the sentence, the overlap. Nothing is stored, so no idempotency key is needed."""
    data, session, actor = shape.body(PreviewIn), edge.read(), edge.actor()
    node = queries.read_tree(session, data["conditions"])
    if not queries.may_ask(actor, node):
        raise Forbidden
    scene = queries.load_scene(session, at=clock.now())
    found = queries.preview(session, node, scene)
    told = {
        "count": found.count, "everybody": found.everybody, "steps": found.steps, "sample": [card.id for card in found.sample],
        "sentence": segment_words.in_both(session, node), "overlap": None,
    }  # fmt: skip
    if data["overlap"] is not None:
        other = queries.get_segment(session, data["overlap"], actor=actor)
        told["overlap"] = queries.count_overlap(session, node, other.node, scene)
    return shape.one(PreviewOut, told)


@blueprint.get("/segments/rfm")
@blueprint.response(200, ClassesOut)
@guards.api(SEGMENTS_READ)
def get_rfm() -> Response:
    """The eight classes of RFM; a class is asked as `{"kind": "rfm", "one_of": ["champion"]}`."""
    session = edge.read()
    found = queries.get_classes(session, queries.load_scene(session, at=clock.now()))
    told = {
        "now": {name: found.now.get(name, 0) for name in CLASSES},
        "before": {name: found.before.get(name, 0) for name in CLASSES},
        "moves": [{"before": old, "now": new, "members": count} for (old, new), count in sorted(found.moves.items())],
        "never": found.never, "noted_on": found.noted_on,
    }  # fmt: skip
    return shape.one(ClassesOut, told)


@blueprint.get("/segments/<int:segment_id>")
@blueprint.response(200, SegmentOut)
@guards.api(SEGMENTS_READ)
def get_segment(segment_id: int) -> Response:
    """One segment, put away or not."""
    return _one(edge.read(), segment_id)


@blueprint.patch("/segments/<int:segment_id>")
@blueprint.response(200, SegmentOut)
@blueprint.takes(SegmentChange, partial=True)
@guards.api(SEGMENTS_CHANGE)
def change_segment(segment_id: int) -> Response:
    """Change some of it; `conditions` are told as a whole, `archived` puts it away or back."""
    at, actor = clock.now(), edge.actor()
    data, archived = shape.body(SegmentIn, partial=True), asked_archived()

    def effect(session: Session) -> Response:
        commands.change_segment(session, segment_id, data, actor=actor, at=at)
        if archived is not None:
            set_archived: Callable[..., Any] = commands.archive_segment if archived else commands.restore_segment
            set_archived(session, segment_id, actor=actor, at=at)
        return _one(session, segment_id)

    return edge.write(effect)


@blueprint.get("/segments/<int:segment_id>/members")
@blueprint.listing(MemberOut)
@guards.api(SEGMENTS_READ)
def list_segment_members(segment_id: int) -> Response:
    """Who is in it now, the newest cards first, masked as elsewhere."""
    session, actor = edge.read(), edge.actor()
    node = queries.get_segment(session, segment_id, actor=actor).node
    return shape.page(MemberOut, lambda after, limit: _members(session, node, after, limit))


def asked_archived() -> bool | None:
    """Whether a change puts the thing away (true) or takes it back; None: neither. Raises Invalid."""
    archived = forms.sent_object().get("archived")
    if archived is not None and not isinstance(archived, bool):
        raise Invalid({"archived": [N_("请选是或否")]})
    return archived


def _list(after: int | None, limit: int) -> Sequence[SegmentCard]:
    return queries.list_segments(edge.read(), actor=edge.actor(), archived=True, after=after, limit=limit)


def _one(session: Session, segment_id: int, status: int = 200) -> Response:
    return shape.one(SegmentOut, queries.get_segment(session, segment_id, actor=edge.actor()), status)


def _members(session: Session, node: Node, after: int | None, limit: int) -> list[MemberCard]:
    scene = queries.load_scene(session, at=clock.now())
    ids = queries.list_meeting(session, node, scene, after=after, limit=limit)
    return [as_seen_by(edge.actor(), card) for card in get_cards(session, ids)]


def _kind(kind: Kind) -> dict[str, Any]:
    label = {}
    for language in segment_words.LANGUAGES:
        with force_locale(language):
            label[language] = segment_words.label(kind)
    return {"name": kind.name, "group": kind.group, "label": label, "fields_": list(kind.schema.fields)}
