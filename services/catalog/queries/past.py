"""Products as they stand now beside what a counter knew when it had no network: the archived ones too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from services.catalog.models import Product, ProductStore
from services.catalog.queries.parts import options_of
from services.catalog.queries.sale import SaleProduct

_products: Any = Product.__table__
_here: Any = ProductStore.__table__
_KNOWN = (
    select(
        _products.c.id, _products.c.name, _products.c.price, _products.c.category_id, _products.c.pricing,
        _products.c.archived_at, _here.c.available, _here.c.sold_out_at,
    )
    .select_from(
        _products.outerjoin(_here, and_(_here.c.product_id == _products.c.id, _here.c.store_id == bindparam("store")))
    )
    .where(_products.c.id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip


@dataclass(frozen=True)
class PastProduct:
    """What was sold without network: `now` as the store sells it today; `gone` when it does not any more."""

    now: SaleProduct
    gone: bool
    sold_out_at: datetime | None


def load_past(session: Session, store_id: int, product_ids: Collection[int]) -> dict[int, PastProduct]:
    """The named products by id, whatever became of them; only those that never were are missing. Two queries."""
    rows = session.connection().execute(_KNOWN, {"store": store_id, "ids": list(product_ids)}).all()
    options = options_of(session, [row.id for row in rows])
    return {row.id: PastProduct(_as_sold(row, options), _is_gone(row), row.sold_out_at) for row in rows}


def _as_sold(row: Any, options: Any) -> SaleProduct:
    return SaleProduct(
        id=row.id,
        name=row.name,
        price=row.price,
        options=options.get(row.id, ()),
        available=row.available is not False,
        sold_out=row.sold_out_at is not None,
        barcode=None,
        sku=None,
        category_id=row.category_id,
        pricing=row.pricing,
    )


def _is_gone(row: Any) -> bool:
    return row.archived_at is not None or row.available is False
