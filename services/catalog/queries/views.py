"""Products with everything that stands on their page."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from services.catalog import rules
from services.catalog.models import Category, Product, ProductStore
from services.catalog.queries.parts import Option, matches, options_of
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class ProductView:
    """A product with everything that stands on its page; `answers` to own fields are filled in by the API."""

    id: int
    name: str
    initials: str
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
    pricing: str = "piece"
    member_price: int | None = None
    takes_tier: bool = True
    takes_coupons: bool = True
    launches_on: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    def with_answers(self, answers: Mapping[str, Any]) -> "ProductView":
        """The same product with the answers to own fields."""
        return replace(self, answers=answers)

    def launched(self, day: date, early_days: int = 0) -> bool:
        """Whether it is there on `day` for somebody who may buy so many days before the others."""
        return rules.is_launched(self.launches_on, day, early_days)

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


def get_category(session: Session, category_id: int) -> Category:
    """One shelf that is not archived. Raises NotFound."""
    category = session.get(Category, category_id)
    if category is None or category.archived_at is not None:
        raise NotFound("category_not_found")
    return category


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
        query = query.where(matches(text))
    if limit is not None:
        query = query.where(Product.id > (after or 0)).order_by(Product.id).limit(limit)
    else:
        query = query.order_by(Product.sort, Product.id)
    return _views(session, query)


def list_known(session: Session, product_ids: Collection[int]) -> set[int]:
    """Which of these ids are products."""
    return set(session.scalars(select(Product.id).where(Product.id.in_(product_ids))))


def list_for_store(session: Session, store_id: int, *, shelves: Sequence[Category] | None = None) -> list[ProductView]:
    """What this store sells, in the shop's order: shelves first, then products. `shelves` as `list_categories` found them."""
    order = {shelf.id: place for place, shelf in enumerate(list_categories(session) if shelves is None else shelves)}
    found = [view for view in list_products(session) if view.sold_at(store_id)]
    return sorted(found, key=lambda view: (order.get(view.category_id or 0, len(order)), view.sort, view.id))


def list_newest(
    session: Session, store_id: int, *, limit: int, day: date | None = None, early_days: int = 0
) -> list[ProductView]:
    """The newest products that this store sells and has; on a `day`, those that are there for whoever may buy `early_days` before."""
    newest = select(Product).where(
        Product.archived_at.is_(None), Product.pricing != "open"
    )  # what has no price is no news
    if day is not None:
        newest = newest.where(
            or_(Product.launches_on.is_(None), Product.launches_on <= day + timedelta(days=early_days))
        )
    newest = newest.order_by(Product.created_at.desc(), Product.id.desc())
    found = [view for view in _views(session, newest.limit(limit * 3)) if view.sold_at(store_id)]
    return [view for view in found if not view.sold_out(store_id)][:limit]


def _views(session: Session, query: Select[Any]) -> list[ProductView]:
    products: Sequence[Product] = session.scalars(query).all()
    ids = [product.id for product in products]
    options = options_of(session, ids)
    sold_out, unavailable = _exceptions(session, ids)
    return [
        ProductView(
            id=product.id,
            name=product.name,
            initials=product.initials,
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
            pricing=product.pricing,
            member_price=product.member_price,
            takes_tier=product.takes_tier,
            takes_coupons=product.takes_coupons,
            launches_on=product.launches_on,
        )
        for product in products
    ]


def list_pictures(session: Session) -> list[str]:
    """The pictures of all products, archived ones too."""
    return list(session.scalars(select(Product.picture).where(Product.picture != "").distinct()))


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
