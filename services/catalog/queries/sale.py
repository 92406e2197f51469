"""Products as a sale needs them: lean, at one store."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from services.catalog.models import Product, ProductStore
from services.catalog.queries.parts import Option, options_of


@dataclass(frozen=True)
class SaleProduct:
    """A product as one store sells it now. `price` is the list price in fen before choices (per 500 g where it is sold by weight).

    `takes_tier` and `takes_coupons` say whether tiers and coupons may lower it.
    """

    id: int
    name: str
    price: int
    options: tuple[Option, ...]
    available: bool
    sold_out: bool
    barcode: str | None
    sku: str | None
    category_id: int | None = None
    member_price: int | None = None
    pricing: str = "piece"
    takes_tier: bool = True
    takes_coupons: bool = True
    launches_on: date | None = None


# Built once: every sale asks.
_products: Any = Product.__table__
_here: Any = ProductStore.__table__
_FOR_SALE = (
    select(
        _products.c.id, _products.c.name, _products.c.price, _products.c.barcode, _products.c.sku, _products.c.category_id,
        _products.c.member_price, _products.c.pricing, _products.c.takes_tier, _products.c.takes_coupons, _products.c.launches_on,
        _here.c.available, _here.c.sold_out_at,
    )
    .select_from(
        _products.outerjoin(_here, and_(_here.c.product_id == _products.c.id, _here.c.store_id == bindparam("store")))
    )
    .where(_products.c.id.in_(bindparam("ids", expanding=True)), _products.c.archived_at.is_(None))
)  # fmt: skip


def load_for_sale(session: Session, store_id: int, product_ids: Collection[int]) -> dict[int, SaleProduct]:
    """The named products as `store_id` sells them, by id; unknown and archived ones are missing. Three queries."""
    session.flush()
    rows = session.connection().execute(_FOR_SALE, {"store": store_id, "ids": list(product_ids)}).all()
    options = options_of(session, [row.id for row in rows])
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
            category_id=row.category_id,
            member_price=row.member_price,
            pricing=row.pricing,
            takes_tier=row.takes_tier,
            takes_coupons=row.takes_coupons,
            launches_on=row.launches_on,
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
