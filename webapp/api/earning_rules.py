"""/earning-rules: when purchases earn a multiple. The base rule is a setting."""

from typing import Any

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from services.loyalty import commands, permissions, queries
from services.loyalty.schemas import EarningRuleIn, EarningRuleOut
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_earning_rules", __name__, description="积分规则 Earning rules")


class EarningRuleChange(EarningRuleIn):
    """What may change of a rule, for the API's page; `archived` stops it or lets it count again."""

    archived = fields.Boolean()


@blueprint.get("/earning-rules")
@blueprint.listing(EarningRuleOut, paged=False)
@guards.api(permissions.POINTS_READ)
def list_earning_rules() -> Response:
    """The rules in use, the oldest first."""
    found = queries.list_rules(edge.read())
    return edge.json_answer({"items": EarningRuleOut(many=True).dump(found), "next": None})


@blueprint.post("/earning-rules")
@blueprint.response(201, EarningRuleOut)
@blueprint.takes(EarningRuleIn)
@guards.api(permissions.EARNING_RULES_CHANGE)
def create_earning_rule() -> Response:
    """Add a rule; it counts from the next quote on."""
    data, at, actor = shape.body(EarningRuleIn), clock.now(), edge.actor()
    return edge.write(
        lambda session: shape.one(EarningRuleOut, commands.create_rule(session, data, actor=actor, at=at), 201)
    )


@blueprint.get("/earning-rules/<int:rule_id>")
@blueprint.response(200, EarningRuleOut)
@guards.api(permissions.POINTS_READ)
def get_earning_rule(rule_id: int) -> Response:
    """One rule, in use or not."""
    return shape.one(EarningRuleOut, queries.get_rule(edge.read(), rule_id, archived=True))


@blueprint.patch("/earning-rules/<int:rule_id>")
@blueprint.response(200, EarningRuleOut)
@blueprint.takes(EarningRuleChange, partial=True)
@guards.api(permissions.EARNING_RULES_CHANGE)
def change_earning_rule(rule_id: int) -> Response:
    """Change some fields; `archived` stops it or lets it count again."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data, archived = shape.body(EarningRuleIn, partial=True), _archived(sent)

    def effect(session: Session) -> Response:
        if archived is False:
            commands.restore_rule(session, rule_id, actor=actor, at=at)
        if data or archived is None:
            commands.change_rule(session, rule_id, data, actor=actor, at=at)
        if archived:
            commands.archive_rule(session, rule_id, actor=actor, at=at)
        return shape.one(EarningRuleOut, queries.get_rule(session, rule_id, archived=True))

    return edge.write(effect)


def _archived(sent: dict[str, Any]) -> bool | None:
    archived = sent.get("archived")
    if "archived" in sent and not isinstance(archived, bool):
        raise Invalid({"archived": [N_("请选是或否")]})
    return archived
