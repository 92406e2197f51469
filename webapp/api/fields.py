"""/fields: what the shop asks beyond what everybody does. Answers stand in the things themselves, under `fields`."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from marshmallow import fields
from sqlalchemy.orm import Session

from services.fields import commands, queries
from services.fields.models import Field
from services.fields.permissions import FIELDS_CHANGE
from services.fields.schemas import FieldIn, FieldOut
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.permissions import SETTINGS_READ
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_fields", __name__, description="自定义字段 Own fields")


class FieldChange(FieldIn):
    """What may change of a field, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


@blueprint.get("/fields")
@blueprint.listing(FieldOut, "subject")
@guards.api(SETTINGS_READ)
def list_fields() -> Response:
    """All fields by id, those put away too; `?subject=` member, child, order or product."""
    subject = request.args.get("subject", "")[:20]
    return shape.page(
        FieldOut, lambda after, limit: queries.list_field_page(edge.read(), subject, after=after, limit=limit)
    )


@blueprint.post("/fields")
@blueprint.response(201, FieldOut)
@blueprint.takes(FieldIn)
@guards.api(FIELDS_CHANGE)
def create_field() -> Response:
    """Add a field. No migration: from now on it stands in every thing of its kind."""
    data, at, actor = shape.body(FieldIn), clock.now(), edge.actor()
    return edge.write(lambda session: _one(session, commands.create_field(session, data, actor=actor, at=at), 201))


@blueprint.get("/fields/<int:field_id>")
@blueprint.response(200, FieldOut)
@guards.api(SETTINGS_READ)
def get_field(field_id: int) -> Response:
    """One field."""
    return shape.one(FieldOut, queries.get_field(edge.read(), field_id))


@blueprint.patch("/fields/<int:field_id>")
@blueprint.response(200, FieldOut)
@blueprint.takes(FieldChange, partial=True)
@guards.api(FIELDS_CHANGE)
def change_field(field_id: int) -> Response:
    """Change some of it; `archived` puts it away or back. Its key stays, and its kind once somebody answered. `choices` are told as a
    whole: one that is left out is put away."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data, archived = shape.body(FieldIn, partial=True), sent.get("archived")
    if "archived" in sent and not isinstance(archived, bool):
        raise Invalid({"archived": [N_("请选是或否")]})

    def effect(session: Session) -> Response:
        field = commands.change_field(session, field_id, data, actor=actor, at=at)
        if archived is not None:
            set_archived: Callable[..., Any] = commands.archive_field if archived else commands.restore_field
            set_archived(session, field_id, actor=actor, at=at)
        return _one(session, field)

    return edge.write(effect)


def _one(session: Session, field: Field, status: int = 200) -> Response:
    session.flush()
    return shape.one(FieldOut, queries.get_field(session, field.id), status)
