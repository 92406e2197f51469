"""/coupon-templates."""

from typing import Any

from flask import Response, request
from marshmallow import fields
from sqlalchemy.orm import Session

from services.coupons import commands, permissions, queries
from services.coupons.schemas import TemplateIn, TemplateOut, TemplateSeen
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_coupon_templates", __name__, description="优惠券 Coupons")
STATES = ("open", "paused", "archived")


class TemplateChange(TemplateIn):
    """What may change of a template; `paused` and `archived` are read apart."""

    paused = fields.Boolean()
    archived = fields.Boolean()


@blueprint.get("/coupon-templates")
@blueprint.listing(TemplateOut, "q", "state")
@guards.api(permissions.COUPONS_READ)
def list_templates() -> Response:
    """Templates, the newest first; `?q=` part of the name, `?state=` open, paused or archived.

    `public_code` and `cost` only with coupon_templates:change; with it `?q=` also finds a public code.
    """
    text, state = request.args.get("q", "").strip(), request.args.get("state")
    if state is not None and state not in STATES:
        raise Invalid({"state": [N_("请从列表里选")]})
    asked: Any = state
    codes = edge.actor().may(permissions.COUPON_TEMPLATES_CHANGE)
    return shape.page(
        _shown(),
        lambda after, limit: queries.list_templates(
            edge.read(), text=text, codes=codes, state=asked, after=after, limit=limit
        ),
    )


@blueprint.post("/coupon-templates")
@blueprint.response(201, TemplateOut)
@blueprint.takes(TemplateIn)
@guards.api(permissions.COUPON_TEMPLATES_CHANGE)
def create_template() -> Response:
    """Add a template."""
    data, at, actor = shape.body(TemplateIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        return shape.one(TemplateOut, commands.create_template(session, data, actor=actor, at=at), 201)

    return edge.write(effect)


@blueprint.get("/coupon-templates/<int:template_id>")
@blueprint.response(200, TemplateOut)
@guards.api(permissions.COUPONS_READ)
def get_template(template_id: int) -> Response:
    """One template; `public_code` and `cost` only with coupon_templates:change."""
    return shape.one(_shown(), queries.get_template(edge.read(), template_id))


@blueprint.patch("/coupon-templates/<int:template_id>")
@blueprint.response(200, TemplateOut)
@blueprint.takes(TemplateChange, partial=True)
@guards.api(permissions.COUPON_TEMPLATES_CHANGE)
def change_template(template_id: int) -> Response:
    """Change some fields; `paused` and `archived` take it out of use or back. What a coupon does stays once one is held (422)."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data = shape.body(TemplateIn, partial=True)
    paused, archived = _switch(sent, "paused"), _switch(sent, "archived")

    def effect(session: Session) -> Response:
        if archived is not None:
            put_away: Any = commands.archive_template if archived else commands.restore_template
            put_away(session, template_id, actor=actor, at=at)
        if paused is not None:
            stop: Any = commands.pause_template if paused else commands.resume_template
            stop(session, template_id, actor=actor, at=at)
        session.flush()
        return shape.one(TemplateOut, commands.change_template(session, template_id, data, actor=actor, at=at))

    return edge.write(effect)


def _shown() -> type[TemplateOut]:
    return TemplateOut if edge.actor().may(permissions.COUPON_TEMPLATES_CHANGE) else TemplateSeen


def _switch(sent: dict[str, Any], name: str) -> bool | None:
    if name in sent and not isinstance(sent[name], bool):
        raise Invalid({name: [N_("请选是或否")]})
    return sent.get(name)
