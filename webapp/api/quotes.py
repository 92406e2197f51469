"""/quotes."""

from flask import Response

from services.checkout import permissions, queries
from services.checkout.schemas import CartIn, QuoteOut
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards

blueprint = Blueprint("api_quotes", __name__, description="报价 Quotes")


@blueprint.post("/quotes")
@blueprint.response(200, QuoteOut)
@blueprint.takes(CartIn)
@blueprint.unkeyed
@guards.api(permissions.QUOTES_CREATE)
def create_quote() -> Response:
    """Price a cart. Nothing is stored, so no idempotency key is needed; the id holds for 15 minutes."""
    cart, at = shape.body(CartIn)["cart"], clock.now()
    return shape.one(QuoteOut, queries.get_quote(edge.read(), cart, actor=edge.actor(), at=at))
