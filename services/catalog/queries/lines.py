"""Products as lines of a list, with the counts that its filters show."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product, ProductStore
from services.catalog.queries.parts import matches
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class ProductLine:
    """A product in a list, as one store has it."""

    id: int
    name: str
    price: int
    picture: str
    category_id: int | None
    sold_out: bool
    available: bool
    archived: bool
    pricing: str
    launches_on: date | None


@dataclass(frozen=True)
class Stock:
    """How many products stand on each shelf (`None`: on no shelf), are sold out at one store, or archived."""

    by_category: dict[int | None, int]
    sold_out: int
    archived: int

    @property
    def total(self) -> int:
        """Everything that is sold."""
        return sum(self.by_category.values())


State = Literal["", "sold_out", "archived"]


def list_lines(
    session: Session,
    store_id: int,
    *,
    text: str = "",
    category_id: int | None = None,
    state: State = "",
    offset: int = 0,
    limit: int = 60,
) -> list[ProductLine]:
    """Products for a list, by shelf and sort order, as `store_id` has them; `category_id` 0 is "on no shelf". One query."""
    query = (
        _lines(store_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.archived_at.is_not(None) if state == "archived" else Product.archived_at.is_(None))
        .order_by(Category.id.is_(None), Category.sort, Category.id, Product.sort, Product.id)
    )
    if state == "sold_out":
        query = query.where(ProductStore.sold_out_at.is_not(None))
    if category_id is not None:
        query = query.where(Product.category_id == category_id if category_id else Product.category_id.is_(None))
    if text:
        query = query.where(matches(text))
    return [ProductLine(*row) for row in session.execute(query.offset(offset).limit(limit))]


def get_line(session: Session, store_id: int, product_id: int) -> ProductLine:
    """One product as a line of a list. Raises NotFound."""
    row = session.execute(_lines(store_id).where(Product.id == product_id)).first()
    if row is None:
        raise NotFound("product_not_found")
    return ProductLine(*row)


def _lines(store_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        Product.id, Product.name, Product.price, Product.picture, Product.category_id,
        ProductStore.sold_out_at.is_not(None), func.coalesce(ProductStore.available, True),
        Product.archived_at.is_not(None), Product.pricing, Product.launches_on,
    ).outerjoin(ProductStore, and_(ProductStore.product_id == Product.id, ProductStore.store_id == store_id))  # fmt: skip


def count_products(session: Session, store_id: int) -> Stock:
    """How many products there are, for the filters above a list. One query."""
    sold_out = func.count(ProductStore.sold_out_at).label("sold_out")
    rows = session.execute(
        select(Product.category_id, Product.archived_at.is_not(None), func.count(), sold_out)
        .outerjoin(ProductStore, and_(ProductStore.product_id == Product.id, ProductStore.store_id == store_id))
        .group_by(Product.category_id, Product.archived_at.is_not(None))
    ).all()
    living = [row for row in rows if not row[1]]
    return Stock(
        by_category={row[0]: row[2] for row in living},
        sold_out=sum(row[3] for row in living),
        archived=sum(row[2] for row in rows if row[1]),
    )
