"""/parked-carts: carts that wait at a store."""

import json
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.commands import parked as commands
from services.checkout.queries import parked as queries
from services.checkout.rules.pricing import MOST_COUPONS
from services.shared import clock
from services.shared.fields import Identifier, Moment, Text, Whole
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_parked_carts", __name__, description="挂单 Parked carts")
MOST = 40_000  # characters; a hundred lines with notes stay far below


def _is_small(cart: dict[str, Any]) -> None:
    if len(json.dumps(cart, ensure_ascii=False)) > MOST:
        raise ValidationError(N_("这一单太长了"))


class ParkedIn(Schema):
    """A cart as the device keeps it: it is handed back as it came, and priced anew."""

    store = Identifier(required=True, attribute="store_id")
    member = Identifier(load_default=None, allow_none=True, attribute="member_id")
    label = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))
    pieces = Whole(required=True, least=1, most=100_000)
    cart = fields.Dict(required=True, validate=_is_small)
    coupons = fields.List(Identifier(), load_default=list, validate=validate.Length(max=MOST_COUPONS))


class StoreIn(Schema):
    """Of which store."""

    store = Identifier(required=True, attribute="store_id")


class ParkedOut(Schema):
    """A cart that waits, in a list."""

    id = Identifier()
    label = fields.String()
    pieces = fields.Function(lambda parked: parked.cart["pieces"])
    member = Identifier(attribute="member_id", allow_none=True)
    staff = fields.String()
    created_at = Moment()


class TakenOut(ParkedOut):
    """A cart that was taken back."""

    cart = fields.Function(lambda parked: parked.cart["cart"])


@blueprint.get("/parked-carts")
@blueprint.listing(ParkedOut, "store", paged=False)
@guards.api(permissions.ORDERS_CREATE)
def list_parked_carts() -> Response:
    """What waits at `?store=`, the latest first (at most 50, of the last two days)."""
    store_id = forms.load(StoreIn, request.args)["store_id"]
    found = queries.list_parked(edge.read(), store_id, actor=edge.actor(), at=clock.now())
    return edge.json_answer({"items": forms.made(ParkedOut).dump(found, many=True), "next": None})


@blueprint.post("/parked-carts")
@blueprint.response(201, ParkedOut)
@blueprint.takes(ParkedIn)
@guards.api(permissions.ORDERS_CREATE)
def create_parked_cart() -> Response:
    """Put a cart aside; its coupons are held for fifteen minutes."""
    data, at, actor = shape.body(ParkedIn), clock.now(), edge.actor()
    return edge.write(lambda session: shape.one(ParkedOut, commands.park_cart(session, data, actor=actor, at=at), 201))


@blueprint.post("/parked-carts/<int:parked_id>/takings")
@blueprint.response(200, TakenOut)
@guards.api(permissions.ORDERS_CREATE)
def take_parked_cart(parked_id: int) -> Response:
    """Take a cart back, once: 409 `cart_taken` when another till was faster."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        return shape.one(TakenOut, commands.take_cart(session, parked_id, actor=actor, at=at))

    return edge.write(effect)
