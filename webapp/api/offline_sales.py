"""/offline-sales: what a counter sold without network, sent when there is one again."""

from typing import Any

from flask import Response

from services.checkout import queries as checkout
from services.checkout.commands import book_offline_sale
from services.checkout.errors import CredentialUnknown
from services.checkout.queries import Seller
from services.checkout.schemas import OfflineSaleIn
from services.orders.schemas import OrderOut
from services.shared import clock, money
from services.shared.limits import Rule
from services.shared.refusals import Invalid
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_offline_sales", __name__, description="断网时的收款 Sales made without network")
BOOKED = Rule("offline_sale:seller", most=600, seconds=600)  # a till that was without network for days
FORGED = Rule("offline_sale:forged", most=20, seconds=3600)
ORDERS = "/api/v1/orders"


@blueprint.post("/offline-sales")
@blueprint.response(201, OrderOut)
@blueprint.takes(OfflineSaleIn)
@guards.public(
    "each sale carries its seller's own signed credential: whoever sold may have signed out, or be disabled, by now"
)
def create_offline_sale() -> Response:
    """Book a sale that was made without network: as paid, under whoever sold it, whatever has changed since (`flags` say what).

    The credential is what a counter is given while somebody is signed in there; cookies and tokens count for nothing here. 403
    `credential_unknown`, 422 for what cannot be a sale, 429. The key counts beside those of `POST /orders`: a sale of which the
    counter got no answer may come here under its own key, and is one sale.
    """
    at, data = clock.now(), shape.body(OfflineSaleIn)
    seller = _seller(data["credential"])
    edge.spend(BOOKED, f"{seller.actor.scope} {seller.store_id}", at=at)
    scope, key = f"{seller.actor.scope} POST {ORDERS}", edge.key_of_request()
    try:
        return edge.write(
            lambda session: shape.one(OrderOut, book_offline_sale(session, data, key=key, seller=seller, at=at), 201),
            scope=scope,
        )
    except Invalid as refusal:
        answer = edge.answered(scope) if refusal.code == "idempotency_key_reused" else None
        if answer is not None and _is_this_sale(answer, data):
            return answer
        raise


def _seller(credential: str) -> Seller:
    """Who sold. Forged credentials are counted by address."""
    at, address = clock.now(), people.address()
    edge.require_room(FORGED, address, at=at)
    try:
        return checkout.get_seller(edge.read(), credential, origin=people.origin())
    except CredentialUnknown:
        edge.spend(FORGED, address, at=at)
        raise


def _is_this_sale(answer: Response, data: dict[str, Any]) -> bool:
    """Whether the key's answer is that of the very sale, which had got through after all."""
    told, paid = answer.get_json(silent=True), sum(tender.amount for tender in data["tenders"])
    return isinstance(told, dict) and told.get("origin") == "counter" and told.get("paid") == money.text(paid)
