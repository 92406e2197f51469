"""What a counter keeps for the time without network, and what a sale made then looks like in the books of today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.catalog.queries import PastProduct, load_past
from services.checkout import permissions
from services.checkout.errors import CredentialUnknown
from services.checkout.queries.quotes import Counter, SaleStore
from services.checkout.rules import offline
from services.checkout.rules.offline import KEY_PREFIX, Credential
from services.identity.models import Staff
from services.identity.queries import actor_of_staff
from services.orders.queries import LineView, OrderView
from services.shared import money, runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.permissions import SCANS_CREATE
from services.stores.models import Store
from services.stores.queries import load_settings

GRAMS = 500  # what a price by weight is for


@dataclass(frozen=True)
class Seller:
    """Who sold without network: an actor that may do this and nothing else.

    `disabled`: by today's books they may not sell there; `disabled_at`: since when they do not work here any more.
    """

    actor: Actor
    store_id: int
    issued_at: datetime
    disabled: bool
    disabled_at: datetime | None


@dataclass(frozen=True)
class PastCounter:
    """The store of a sale that is past, its settings, and what became of what was sold."""

    counter: Counter
    products: Mapping[int, PastProduct]


def get_credential(actor: Actor, store_id: int, *, at: datetime) -> str:
    """What a counter carries sales with that it makes without network. Raises Forbidden."""
    actor.require(permissions.ORDERS_CREATE, store_id)
    assert actor.id is not None
    return offline.seal(Credential(actor.id, store_id, at), _sign)


def key_of_counter(actor: Actor, key: str) -> str:
    """A sale of staff in the books: named alike whether it came at once or, its answer lost, once more through a device's queue."""
    return f"{KEY_PREFIX}{actor.id}:{key}"


def get_seller(session: Session, credential: str, *, origin: str = "") -> Seller:
    """Who carries this credential, whatever became of them since. Raises CredentialUnknown for what is not ours."""
    said = offline.unseal(credential, _sign)
    staff = session.get(Staff, said.staff_id) if said else None
    if said is None or staff is None or session.get(Store, said.store_id) is None:
        raise CredentialUnknown
    today = actor_of_staff(session, staff)
    permitted = frozenset({permissions.ORDERS_CREATE, SCANS_CREATE})
    return Seller(
        Actor("staff", staff.id, staff.name, permitted, frozenset({said.store_id}), origin),
        said.store_id,
        said.issued_at,
        staff.disabled_at is not None or not today.may(permissions.ORDERS_CREATE, said.store_id),
        staff.disabled_at,
    )


def load_past_counter(session: Session, store_id: int, product_ids: Sequence[int]) -> PastCounter:
    """What booking a past sale needs to know. Raises Invalid for products that never were."""
    products = load_past(session, store_id, set(product_ids))
    unknown = [place for place, each in enumerate(product_ids) if each not in products]
    if unknown:
        raise Invalid({f"lines.{place}.product": [N_("没有这个商品")] for place in unknown})
    store = session.get_one(Store, store_id)
    now = {key: product.now for key, product in products.items()}
    return PastCounter(Counter(SaleStore(store.id, store.code, store.name), load_settings(session), now), products)


def line_of(place: int, sold: Mapping[str, Any], product: PastProduct) -> LineView:
    """A line as the device sold it: its names, its price; the category is today's."""
    price, quantity = sold["list_price"], sold["quantity"]
    return LineView(
        place + 1, sold["product_id"], sold["name"], _chosen(sold, product), quantity, price, price * quantity, sold["note"],
        grams=sold["grams"], category_id=product.now.category_id,
    )  # fmt: skip


def costs_other(sold: Mapping[str, Any], product: PastProduct) -> bool:
    """Whether a piece costs something else by now; what has no price of its own never does."""
    price = _price_now(product, sold["options"], sold["grams"])
    return price is not None and sold["list_price"] != price


def leaves_open(sold: Mapping[str, Any], product: PastProduct) -> bool:
    """Whether what was chosen does not say which price is meant: a choice that is not there, or none where the price depends on it."""
    known = {option.key: {choice.key for choice in option.choices} for option in product.now.options}
    priced = {option.key for option in product.now.options if any(choice.price_change for choice in option.choices)}
    chosen = sold["options"]
    return not priced <= chosen.keys() or any(choice not in known.get(key, ()) for key, choice in chosen.items())


def list_totals_now(session: Session, store_id: int, orders: Sequence[OrderView]) -> dict[int, int]:
    """What orders of a store would cost at today's list prices (fen), by id; what has no price of its own counts as it was sold."""
    if not orders:
        return {}
    products = load_past(session, store_id, {line.product_id for order in orders for line in order.lines})
    return {order.id: sum(_amount_now(line, products) for line in order.lines) for order in orders}


def _amount_now(line: LineView, products: Mapping[int, PastProduct]) -> int:
    chosen = {key: str(asked["choice"]) for key, asked in line.options.items()}
    price = _price_now(products[line.product_id], chosen, line.grams) if line.product_id in products else None
    return line.quantity * (line.list_price if price is None else price)


def _price_now(product: PastProduct, chosen: Mapping[str, str], grams: int | None) -> int | None:
    """What a piece costs by now; None for what has no price of its own."""
    now = product.now
    if now.pricing == "open":
        return None
    each = money.portion(now.price, grams, GRAMS) if now.pricing == "weight" and grams else now.price
    changes = {(option.key, choice.key): choice.price_change for option in now.options for choice in option.choices}
    return max(0, each + sum(changes.get(one, 0) for one in chosen.items()))


def _chosen(sold: Mapping[str, Any], product: PastProduct) -> dict[str, Any]:
    """What was chosen, under the names that the device showed."""
    asked = {option.key: option.name for option in product.now.options}
    names = sold["choices"].split(" · ")
    shown = names if len(names) == len(sold["options"]) else list(sold["options"].values())
    return {
        key: {"option": asked.get(key, key), "choice": choice, "name": name}
        for (key, choice), name in zip(sold["options"].items(), shown, strict=True)
    }


def _sign(content: bytes) -> bytes:
    return runtime.keys().sign("offline-sale", content)
