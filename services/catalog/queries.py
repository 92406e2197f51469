"""Looking up products: for lists and pages (`ProductView`), and lean for a sale (`SaleProduct`)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product, ProductChoice, ProductOption, ProductStore
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class Choice:
    """One answer to an option; `price_change` in fen."""

    key: str
    name: str
    price_change: int


@dataclass(frozen=True)
class Option:
    """A question a product asks."""

    key: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SaleProduct:
    """A product as one store sells it now. `price` is the list price in fen before choices."""

    id: int
    name: str
    price: int
    options: tuple[Option, ...]
    available: bool
    sold_out: bool
    barcode: str | None
    sku: str | None


@dataclass(frozen=True)
class ProductView:
    """A product with everything that stands on its page."""

    id: int
    name: str
    category_id: int | None
    price: int
    description: str
    sku: str | None
    barcode: str | None
    picture: str
    sort: int
    options: tuple[Option, ...]
    sold_out_at: tuple[int, ...]
    unavailable_at: tuple[int, ...]
    archived: bool

    def sold_out(self, store_id: int) -> bool:
        """Whether it is sold out at that store."""
        return store_id in self.sold_out_at

    def sold_at(self, store_id: int) -> bool:
        """Whether that store sells it."""
        return store_id not in self.unavailable_at and not self.archived


def list_categories(session: Session) -> list[Category]:
    """The shelves in the shop's order."""
    return list(
        session.scalars(select(Category).where(Category.archived_at.is_(None)).order_by(Category.sort, Category.id))
    )


def load_for_sale(session: Session, store_id: int, product_ids: Collection[int]) -> dict[int, SaleProduct]:
    """The named products as `store_id` sells them, by id; unknown and archived ones are missing. Three queries."""
    rows = session.execute(
        select(
            Product.id, Product.name, Product.price, Product.barcode, Product.sku,
            ProductStore.available, ProductStore.sold_out_at,
        )
        .outerjoin(ProductStore, and_(ProductStore.product_id == Product.id, ProductStore.store_id == store_id))
        .where(Product.id.in_(product_ids), Product.archived_at.is_(None))
    ).all()  # fmt: skip
    options = _options_of(session, [row.id for row in rows])
    return {
        row.id: SaleProduct(
            id=row.id,
            name=row.name,
            price=row.price,
            options=options.get(row.id, ()),
            available=row.available is not False,
            sold_out=row.sold_out_at is not None,
            barcode=row.barcode,
            sku=row.sku,
        )
        for row in rows
    }


def find_by_barcode(session: Session, code: str, store_id: int) -> SaleProduct | None:
    """The product whose EAN-13 or article number was scanned; None when none has it."""
    found = session.scalar(
        select(Product.id)
        .where(or_(Product.barcode == code, Product.sku == code), Product.archived_at.is_(None))
        .limit(1)
    )
    return load_for_sale(session, store_id, [found]).get(found) if found else None


def get_product(session: Session, product_id: int) -> ProductView:
    """One product, archived or not. Raises NotFound."""
    found = _views(session, select(Product).where(Product.id == product_id))
    if not found:
        raise NotFound("product_not_found")
    return found[0]


def list_products(
    session: Session,
    *,
    text: str = "",
    category_id: int | None = None,
    archived: bool = False,
    after: int | None = None,
    limit: int | None = None,
) -> list[ProductView]:
    """Products by shelf and sort order, or, with `after` and `limit`, by id for paging. `text` matches name, initials, codes."""
    query = select(Product)
    if not archived:
        query = query.where(Product.archived_at.is_(None))
    if category_id is not None:
        query = query.where(Product.category_id == category_id)
    if text:
        query = query.where(_matches(text))
    if limit is not None:
        query = query.where(Product.id > (after or 0)).order_by(Product.id).limit(limit)
    else:
        query = query.order_by(Product.sort, Product.id)
    return _views(session, query)


def list_for_store(session: Session, store_id: int) -> list[ProductView]:
    """What this store sells, in the shop's order: shelves first, then products."""
    shelves = {shelf.id: place for place, shelf in enumerate(list_categories(session))}
    found = [view for view in list_products(session) if view.sold_at(store_id)]
    return sorted(found, key=lambda view: (shelves.get(view.category_id or 0, len(shelves)), view.sort, view.id))


def _matches(text: str) -> ColumnElement[bool]:
    cleaned = text.strip().lower()
    part = "%" + cleaned.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(
        Product.name.ilike(part, escape="\\"),
        Product.initials.like(part, escape="\\"),
        Product.barcode == cleaned,
        Product.sku.ilike(part, escape="\\"),
    )


def _views(session: Session, query: Select[Any]) -> list[ProductView]:
    products: Sequence[Product] = session.scalars(query).all()
    ids = [product.id for product in products]
    options = _options_of(session, ids)
    sold_out, unavailable = _exceptions(session, ids)
    return [
        ProductView(
            id=product.id,
            name=product.name,
            category_id=product.category_id,
            price=product.price,
            description=product.description,
            sku=product.sku,
            barcode=product.barcode,
            picture=product.picture,
            sort=product.sort,
            options=options.get(product.id, ()),
            sold_out_at=tuple(sold_out[product.id]),
            unavailable_at=tuple(unavailable[product.id]),
            archived=product.archived_at is not None,
        )
        for product in products
    ]


def _options_of(session: Session, product_ids: Collection[int]) -> dict[int, tuple[Option, ...]]:
    if not product_ids:
        return {}
    rows = session.execute(
        select(
            ProductOption.product_id, ProductOption.key, ProductOption.name,
            ProductChoice.key, ProductChoice.name, ProductChoice.price_change,
        )
        .join(ProductChoice, ProductChoice.option_id == ProductOption.id)
        .where(ProductOption.product_id.in_(product_ids))
        .order_by(ProductOption.product_id, ProductOption.sort, ProductOption.id, ProductChoice.sort, ProductChoice.id)
    )  # fmt: skip
    grouped: dict[int, dict[tuple[str, str], list[Choice]]] = defaultdict(dict)
    for product_id, key, name, choice_key, choice_name, change in rows:
        grouped[product_id].setdefault((key, name), []).append(Choice(choice_key, choice_name, change))
    return {
        product_id: tuple(Option(key, name, tuple(choices)) for (key, name), choices in asked.items())
        for product_id, asked in grouped.items()
    }


def _exceptions(
    session: Session, product_ids: Collection[int]
) -> tuple[defaultdict[int, list[int]], defaultdict[int, list[int]]]:
    sold_out: defaultdict[int, list[int]] = defaultdict(list)
    unavailable: defaultdict[int, list[int]] = defaultdict(list)
    if product_ids:
        for row in session.scalars(select(ProductStore).where(ProductStore.product_id.in_(product_ids))):
            if row.sold_out_at is not None:
                sold_out[row.product_id].append(row.store_id)
            if not row.available:
                unavailable[row.product_id].append(row.store_id)
    return sold_out, unavailable
