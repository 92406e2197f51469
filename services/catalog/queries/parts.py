"""What a product asks: options and their choices; and what a search looks at."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.catalog.models import Product, ProductChoice, ProductOption


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


def options_of(session: Session, product_ids: Collection[int]) -> dict[int, tuple[Option, ...]]:
    """The options of the named products, by product; products without any are missing. One query."""
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


def matches(text: str) -> ColumnElement[bool]:
    """A condition on name, initials and codes."""
    cleaned = text.strip().lower()
    part = "%" + cleaned.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(
        Product.name.ilike(part, escape="\\"),
        Product.initials.like(part, escape="\\"),
        Product.barcode == cleaned,
        Product.sku.ilike(part, escape="\\"),
    )
