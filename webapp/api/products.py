"""/products and /categories."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.catalog import commands, permissions, queries
from services.catalog.queries import ProductView
from services.catalog.schemas import CategoryIn, CategoryOut, ProductIn, ProductOut
from services.fields.queries import tell_values
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_products", __name__, description="商品 Products")


class ProductChange(ProductIn):
    """What may change of a product, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


class CategoryChange(CategoryIn):
    """What may change of a shelf."""


class SoldOut(Schema):
    """Whether a product is sold out at a store."""

    sold_out = fields.Boolean(required=True)


@blueprint.get("/products")
@blueprint.listing(ProductOut, "q", "barcode", "archived")
@guards.api(permissions.PRODUCTS_READ)
def list_products() -> Response:
    """Products by id; `?q=` matches name, initials and codes, `?barcode=` one code, `?archived=1` shows all."""
    text = request.args.get("barcode") or request.args.get("q", "")
    archived = request.args.get("archived") == "1"
    return shape.page(
        ProductOut,
        lambda after, limit: _with_answers(
            edge.read(),
            queries.list_products(edge.read(), text=text[:60], archived=archived, after=after, limit=limit),
        ),
    )


@blueprint.post("/products")
@blueprint.response(201, ProductOut)
@blueprint.takes(ProductIn)
@guards.api(permissions.PRODUCTS_CHANGE)
def create_product() -> Response:
    """Add a product."""
    data, at = shape.body(ProductIn), clock.now()

    def effect(session: Session) -> Response:
        product = commands.create_product(session, data, actor=edge.actor(), at=at)
        session.flush()
        return _one(session, product.id, 201)

    return edge.write(effect)


@blueprint.get("/products/<int:product_id>")
@blueprint.response(200, ProductOut)
@guards.api(permissions.PRODUCTS_READ)
def get_product(product_id: int) -> Response:
    """One product."""
    return _one(edge.read(), product_id)


@blueprint.patch("/products/<int:product_id>")
@blueprint.response(200, ProductOut)
@blueprint.takes(ProductChange, partial=True)
@guards.api(permissions.PRODUCTS_CHANGE)
def change_product(product_id: int) -> Response:
    """Change some fields; `archived` takes it off the list or puts it back."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data = shape.body(ProductIn, partial=True)
    archived = _archived(sent)

    def change(session: Session) -> None:
        commands.change_product(session, product_id, data, actor=actor, at=at)
        if archived is not None:
            set_archived: Callable[..., Any] = commands.archive_product if archived else commands.restore_product
            set_archived(session, product_id, actor=actor, at=at)

    return _changed(change, product_id)


@blueprint.put("/products/<int:product_id>/stores/<int:store_id>/sold-out")
@blueprint.response(200, ProductOut)
@blueprint.takes(SoldOut)
@guards.api(permissions.PRODUCTS_SELL_OUT)
def sell_out(product_id: int, store_id: int) -> Response:
    """Sold out at a store: `{"sold_out": true}`."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    if not isinstance(sent.get("sold_out"), bool):
        raise Invalid({"sold_out": [N_("请选是或否")]})
    return _changed(
        lambda session: commands.sell_out(session, product_id, store_id, sold_out=sent["sold_out"], actor=actor, at=at),
        product_id,
    )


@blueprint.get("/categories")
@blueprint.listing(CategoryOut, paged=False)
@guards.api(permissions.PRODUCTS_READ)
def list_categories() -> Response:
    """The shelves in the shop's order."""
    found = queries.list_categories(edge.read())
    return edge.json_answer({"items": CategoryOut(many=True).dump(found), "next": None})


@blueprint.post("/categories")
@blueprint.response(201, CategoryOut)
@blueprint.takes(CategoryIn)
@guards.api(permissions.PRODUCTS_CHANGE)
def create_category() -> Response:
    """Add a shelf."""
    data, at = shape.body(CategoryIn), clock.now()
    return edge.write(
        lambda session: shape.one(CategoryOut, commands.create_category(session, data, actor=edge.actor(), at=at), 201)
    )


@blueprint.get("/categories/<int:category_id>")
@blueprint.response(200, CategoryOut)
@guards.api(permissions.PRODUCTS_READ)
def get_category(category_id: int) -> Response:
    """One shelf."""
    return shape.one(CategoryOut, queries.get_category(edge.read(), category_id))


@blueprint.patch("/categories/<int:category_id>")
@blueprint.response(200, CategoryOut)
@blueprint.takes(CategoryChange, partial=True)
@guards.api(permissions.PRODUCTS_CHANGE)
def change_category(category_id: int) -> Response:
    """Rename or move a shelf."""
    data, at, actor = shape.body(CategoryChange, partial=True), clock.now(), edge.actor()
    return edge.write(
        lambda session: shape.one(CategoryOut, commands.change_category(session, category_id, data, actor=actor, at=at))
    )


def _archived(sent: dict[str, Any]) -> bool | None:
    if "archived" in sent and not isinstance(sent["archived"], bool):
        raise Invalid({"archived": [N_("请选是或否")]})
    return sent.get("archived")


def _changed(change: Callable[[Session], None], product_id: int) -> Response:
    def effect(session: Session) -> Response:
        change(session)
        session.flush()
        return _one(session, product_id)

    return edge.write(effect)


def _one(session: Session, product_id: int, status: int = 200) -> Response:
    return shape.one(ProductOut, _with_answers(session, [queries.get_product(session, product_id)])[0], status)


def _with_answers(session: Session, products: Sequence[ProductView]) -> list[ProductView]:
    answers = tell_values(session, "product", [each.id for each in products], actor=edge.actor())
    return [each.with_answers(answers[each.id]) for each in products]
