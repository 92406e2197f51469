"""/tiers: the ladder with its benefits, /members/{id}/growth: why somebody stands where they stand."""

from typing import Any

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from services.checkout.commands import tiers as checkout
from services.loyalty import commands, permissions, queries
from services.loyalty.schemas import GrowthEntryOut, TierIn, TierOut
from services.members.queries import get_member
from services.shared import clock, money
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, shop

blueprint = Blueprint("api_tiers", __name__, description="等级 Tiers")


class TierChange(TierIn):
    """What may change of a level, for the API's page; `archived` takes it off the ladder, for good."""

    archived = fields.Boolean()


@blueprint.get("/tiers")
@blueprint.listing(TierOut, paged=False)
@guards.api(permissions.POINTS_READ)
def list_tiers() -> Response:
    """The levels, the lowest first."""
    found = queries.list_tiers(edge.read())
    return edge.json_answer({"items": TierOut(many=True).dump(found), "next": None})


@blueprint.post("/tiers")
@blueprint.response(201, TierOut)
@blueprint.takes(TierIn)
@guards.api(permissions.TIERS_CHANGE)
def create_tier() -> Response:
    """Add a level; whoever reaches it rises."""
    data, at, actor = shape.body(TierIn), clock.now(), edge.actor()
    return edge.write(lambda session: shape.one(TierOut, checkout.create_tier(session, data, actor=actor, at=at), 201))


@blueprint.get("/tiers/<int:tier_id>")
@blueprint.response(200, TierOut)
@guards.api(permissions.POINTS_READ)
def get_tier(tier_id: int) -> Response:
    """One level."""
    return shape.one(TierOut, queries.get_tier(edge.read(), tier_id))


@blueprint.patch("/tiers/<int:tier_id>")
@blueprint.response(200, TierOut)
@blueprint.takes(TierChange, partial=True)
@guards.api(permissions.TIERS_CHANGE)
def change_tier(tier_id: int) -> Response:
    """Change some fields; `{"archived": true}` takes it off the ladder, its members go to the level below."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data, archived = shape.body(TierIn, partial=True), _archived(sent)

    def effect(session: Session) -> Response:
        tier = checkout.change_tier(session, tier_id, data, actor=actor, at=at) if data or not archived else None
        if archived:
            tier = commands.archive_tier(session, tier_id, actor=actor, at=at)
        return shape.one(TierOut, tier)

    return edge.write(effect)


@blueprint.get("/members/<int:member_id>/growth")
@blueprint.listing(GrowthEntryOut, growth=fields.String(), tier=fields.String(allow_none=True), missing=fields.String())
@guards.api(permissions.POINTS_READ)
def list_growth(member_id: int) -> Response:
    """Growth that the ladder looks at, the level, what is missing to the next, and every change, newest first."""
    session = edge.read()
    member = get_member(session, member_id)
    progress = queries.get_progress(session, member.id, shop.settings(), at=clock.now())
    return shape.page(
        GrowthEntryOut,
        lambda after, limit: queries.list_growth_entries(session, member.id, after=after, limit=limit),
        growth=money.text(progress.growth),
        tier=progress.tier.name if progress.tier else None,
        missing=money.text(progress.missing),
    )


def _archived(sent: dict[str, Any]) -> bool:
    archived = sent.get("archived", False)
    if not isinstance(archived, bool):
        raise Invalid({"archived": [N_("请选是或否")]})
    return archived
