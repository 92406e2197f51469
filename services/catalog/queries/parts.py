"""What a product asks: options and their choices; and what a search looks at."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from services.catalog.models import Product, ProductChoice, ProductOption
from services.fields.queries import is_found_by


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


# Built once: every sale asks.
_asked: Any = ProductOption.__table__
_choices: Any = ProductChoice.__table__
_OPTIONS = (
    select(
        _asked.c.product_id, _asked.c.key, _asked.c.name, _choices.c.key, _choices.c.name, _choices.c.price_change,
    )
    .join_from(_asked, _choices, _choices.c.option_id == _asked.c.id)
    .where(_asked.c.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(_asked.c.product_id, _asked.c.sort, _asked.c.id, _choices.c.sort, _choices.c.id)
)  # fmt: skip


def options_of(session: Session, product_ids: Collection[int]) -> dict[int, tuple[Option, ...]]:
    """The options of the named products, by product; products without any are missing. One query."""
    if not product_ids:
        return {}
    rows = session.connection().execute(_OPTIONS, {"ids": list(product_ids)})
    grouped: dict[int, dict[tuple[str, str], list[Choice]]] = defaultdict(dict)
    for product_id, key, name, choice_key, choice_name, change in rows:
        grouped[product_id].setdefault((key, name), []).append(Choice(choice_key, choice_name, change))
    return {
        product_id: tuple(Option(key, name, tuple(choices)) for (key, name), choices in asked.items())
        for product_id, asked in grouped.items()
    }


def matches(text: str) -> ColumnElement[bool]:
    """A condition on name, initials, codes, and answers to searchable fields."""
    cleaned = text.strip().lower()
    part = "%" + cleaned.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(
        Product.name.ilike(part, escape="\\"),
        Product.initials.like(part, escape="\\"),
        Product.barcode == cleaned,
        Product.sku.ilike(part, escape="\\"),
        is_found_by("product", Product.id, part),
    )
