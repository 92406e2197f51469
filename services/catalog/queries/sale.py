"""Products as a sale needs them: lean, at one store."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.catalog.models import Product, ProductStore
from services.catalog.queries.parts import Option, options_of


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
