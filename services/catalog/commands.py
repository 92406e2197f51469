"""Changing the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.catalog import permissions, rules
from services.catalog.models import Category, Product, ProductChoice, ProductOption, ProductStore
from services.catalog.queries import get_category, get_product
from services.fields.commands import write_values
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores.queries import get_store

_PLAIN = (
    "name", "category_id", "price", "description", "sku", "barcode", "picture", "sort", "pricing", "member_price", "takes_tier",
    "takes_coupons", "launches_on",
)  # fmt: skip


def create_category(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Category:
    """Add a shelf; without a `sort` it comes last. Raises Invalid when the name is taken."""
    actor.require(permissions.PRODUCTS_CHANGE)
    _require_free(session, Category.name, data["name"], "name")
    category = Category(**_placed(session, Category, data))
    session.add(category)
    session.flush()
    audit.record(
        session, "categories:create", ("category", category.id), actor=actor, at=at, changes={"name": category.name}
    )
    return category


def change_category(
    session: Session, category_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Category:
    """Rename or move a shelf. Raises NotFound, or Invalid when the name is taken."""
    actor.require(permissions.PRODUCTS_CHANGE)
    category = get_category(session, category_id)
    if data.get("name", category.name) != category.name:
        _require_free(session, Category.name, data["name"], "name")
    changes = {key: [getattr(category, key), value] for key, value in data.items() if getattr(category, key) != value}
    for key, value in data.items():
        setattr(category, key, value)
    audit.record(session, "categories:change", ("category", category.id), actor=actor, at=at, changes=changes)
    return category


def archive_category(session: Session, category_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a shelf away; its products stay, without a shelf."""
    actor.require(permissions.PRODUCTS_CHANGE)
    category = get_category(session, category_id)
    category.archived_at = at
    category.name = f"{category.name} #{category.id}"  # frees the name for a new shelf
    for product in session.scalars(select(Product).where(Product.category_id == category.id)):
        product.category_id = None
    audit.record(session, "categories:archive", ("category", category.id), actor=actor, at=at)


def sort_categories(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Put the shelves into the order of `ids`; those not named keep their place number."""
    actor.require(permissions.PRODUCTS_CHANGE)
    _sort(session, Category, ids)
    audit.record(session, "categories:sort", ("category", None), actor=actor, at=at, changes={"order": list(ids)})


def create_product(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Product:
    """Add a product with its options; without a `sort` it comes last.

    Raises Invalid when SKU or barcode are taken or the shelf is unknown.
    """
    actor.require(permissions.PRODUCTS_CHANGE)
    _check(session, data, product_id=None)
    plain = {key: data[key] for key in _PLAIN if key in data}
    product = Product(**_placed(session, Product, plain), initials=rules.initials(data["name"]), created_at=at)
    session.add(product)
    session.flush()
    _set_options(session, product.id, data.get("options", []))
    _set_stores(session, product.id, data.get("unavailable_at", []), actor)
    answered = write_values(session, "product", product.id, data.get("fields", {}), actor=actor)
    changes = {"name": product.name, "price": product.price} | answered
    audit.record(session, "products:create", ("product", product.id), actor=actor, at=at, changes=changes)
    return product


def change_product(session: Session, product_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Change some fields of a product; `options` and `unavailable_at` replace what was there."""
    actor.require(permissions.PRODUCTS_CHANGE)
    product = _get(session, product_id)
    _check(session, data, product_id=product.id)
    before = get_product(session, product.id)
    changes = {
        key: [_said(getattr(before, key)), _said(data[key])]
        for key in _PLAIN
        if key in data and getattr(before, key) != data[key]
    }
    for key in _PLAIN:
        if key in data:
            setattr(product, key, data[key])
    product.initials = rules.initials(product.name)
    if "options" in data:
        _set_options(session, product.id, data["options"])
    if "unavailable_at" in data:
        _set_stores(session, product.id, data["unavailable_at"], actor)
    changes |= write_values(session, "product", product.id, data.get("fields", {}), actor=actor)
    audit.record(session, "products:change", ("product", product.id), actor=actor, at=at, changes=changes)


def _said(value: Any) -> Any:
    """A value as the audit log keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def archive_product(session: Session, product_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a product off the list; old orders keep its name."""
    actor.require(permissions.PRODUCTS_CHANGE)
    product = _get(session, product_id)
    product.archived_at = at
    audit.record(session, "products:archive", ("product", product.id), actor=actor, at=at)


def restore_product(session: Session, product_id: int, *, actor: Actor, at: datetime) -> None:
    """Put an archived product back."""
    actor.require(permissions.PRODUCTS_CHANGE)
    product = _get(session, product_id)
    product.archived_at = None
    audit.record(session, "products:restore", ("product", product.id), actor=actor, at=at)


def sort_products(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Put products (of one shelf) into the order of `ids`."""
    actor.require(permissions.PRODUCTS_CHANGE)
    _sort(session, Product, ids)
    audit.record(session, "products:sort", ("product", None), actor=actor, at=at, changes={"order": list(ids)})


def sell_out(session: Session, product_id: int, store_id: int, *, sold_out: bool, actor: Actor, at: datetime) -> None:
    """Say that a product is sold out at a store, or that it is there again."""
    actor.require(permissions.PRODUCTS_SELL_OUT, store_id)
    get_store(session, store_id, actor=actor)
    product = _get(session, product_id)
    row = session.get(ProductStore, (product.id, store_id))
    if row is None:
        row = ProductStore(product_id=product.id, store_id=store_id, available=True)
        session.add(row)
    row.sold_out_at = at if sold_out else None
    audit.record(
        session,
        "products:sell_out",
        ("product", product.id),
        actor=actor,
        at=at,
        store_id=store_id,
        changes={"sold_out": sold_out},
    )


def _placed(session: Session, model: type[Category] | type[Product], data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` with a place behind everything there is, unless it names one."""
    return {**data, "sort": data.get("sort") or (session.scalar(select(func.max(model.sort))) or 0) + 1}


def _sort(session: Session, model: type[Category] | type[Product], ids: Sequence[int]) -> None:
    found: Sequence[Any] = session.scalars(select(model).where(model.id.in_(ids))).all()
    rows = {row.id: row for row in found}
    if len(rows) < len(set(ids)):
        raise NotFound
    for place, row_id in enumerate(ids, 1):
        rows[row_id].sort = place


def _get(session: Session, product_id: int) -> Product:
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound("product_not_found")
    return product


def _check(session: Session, data: Mapping[str, Any], *, product_id: int | None) -> None:
    if data.get("category_id") is not None:
        known = session.get(Category, data["category_id"])
        if known is None or known.archived_at is not None:
            raise Invalid({"category": [N_("请从列表里选")]})
    for column, field in ((Product.sku, "sku"), (Product.barcode, "barcode")):
        if data.get(field) is not None:
            _require_free(session, column, data[field], field, but=product_id)


def _require_free(session: Session, column: Any, value: str, field: str, but: int | None = None) -> None:
    model = column.class_
    found = session.scalar(select(model.id).where(column == value).limit(1))
    if found is not None and found != but:
        raise Invalid({field: [N_("已经有一个了，换一个试试")]})


def _set_options(session: Session, product_id: int, options: Sequence[Mapping[str, Any]]) -> None:
    old = select(ProductOption.id).where(ProductOption.product_id == product_id)
    session.execute(delete(ProductChoice).where(ProductChoice.option_id.in_(old)))
    session.execute(delete(ProductOption).where(ProductOption.product_id == product_id))
    for place, option in enumerate(options):
        row = ProductOption(product_id=product_id, key=option["key"], name=option["name"], sort=place)
        session.add(row)
        session.flush()
        session.add_all(
            ProductChoice(option_id=row.id, sort=rank, **choice) for rank, choice in enumerate(option["choices"])
        )


def _set_stores(session: Session, product_id: int, unavailable_at: Sequence[int], actor: Actor) -> None:
    for store_id in unavailable_at:
        get_store(session, store_id, actor=actor)
    rows = {
        row.store_id: row for row in session.scalars(select(ProductStore).where(ProductStore.product_id == product_id))
    }
    for store_id, row in rows.items():
        if actor.sees_store(store_id):  # what other stores sell is not this actor's to say
            row.available = store_id not in unavailable_at
    session.add_all(
        ProductStore(product_id=product_id, store_id=store_id, available=False)
        for store_id in unavailable_at
        if store_id not in rows
    )
