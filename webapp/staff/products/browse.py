"""The list of products with its filters, as it stands on its own page and beside a product."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from services.catalog import queries
from services.catalog.models import Category
from services.catalog.queries import ProductLine, State, Stock
from services.stores.models import Store
from webapp.web import edge, shop

PAGE = 60


@dataclass(frozen=True)
class Filters:
    """What the list shows: words searched for, a shelf (0: on no shelf), a state, and from which product on."""

    text: str
    category_id: int | None
    state: State
    offset: int

    def query(self) -> dict[str, Any]:
        """The filters as they stand in an address."""
        return {"q": self.text or None, "shelf": self.category_id, "state": self.state or None}


def filters() -> Filters:
    """What the address asks for; anything unknown is left out."""
    shelf, offset, state = (request.args.get(name, "") for name in ("shelf", "from", "state"))
    return Filters(
        text=request.args.get("q", "")[:60].strip(),
        category_id=_number(shelf),
        state=state if state in {"sold_out", "archived"} else "",  # type: ignore[arg-type]
        offset=min(_number(offset) or 0, 1_000_000),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def browse() -> dict[str, Any]:
    """Everything that the list's template needs. Three queries."""
    asked, store, session = filters(), shop.current_store(), edge.read()
    shelves = queries.list_categories(session)
    lines = queries.list_lines(
        session, store.id, text=asked.text, category_id=asked.category_id, state=asked.state,
        offset=asked.offset, limit=PAGE + 1,
    )  # fmt: skip
    stock = queries.count_products(session, store.id)
    further = asked.query() | {"from": asked.offset + PAGE}
    more = url_for("staff.products", **further) if len(lines) > PAGE else ""
    return {
        "asked": asked,
        "store": store,
        "shelves": shelves,
        "groups": _groups(lines[:PAGE], shelves),
        "stock": stock,
        "chips": _chips(asked, shelves, stock, store),
        "more": more,
    }


def _groups(lines: list[ProductLine], shelves: list[Category]) -> list[tuple[Category | None, list[ProductLine]]]:
    known = {shelf.id: shelf for shelf in shelves}
    return [(known.get(shelf or 0), list(group)) for shelf, group in groupby(lines, lambda line: line.category_id)]


def _chips(asked: Filters, shelves: list[Category], stock: Stock, store: Store) -> list[dict[str, Any]]:
    """All, sold out here, the shelves, archived: one of them is current; empty ones are left out."""
    chips = [_chip(_("全部"), stock.total, asked)]
    if stock.sold_out or asked.state == "sold_out":
        chips.append(_chip(_("%(store)s售罄", store=store.name), stock.sold_out, asked, state="sold_out"))
    for shelf in shelves:
        chips.append(_chip(shelf.name, stock.by_category.get(shelf.id, 0), asked, shelf=shelf.id))
    if len(stock.by_category) > 1 and None in stock.by_category:
        chips.append(_chip(_("没有分类"), stock.by_category[None], asked, shelf=0))
    if stock.archived or asked.state == "archived":
        chips.append(_chip(_("已下架"), stock.archived, asked, state="archived"))
    return chips


def _chip(text: str, count: int, asked: Filters, *, shelf: int | None = None, state: str = "") -> dict[str, Any]:
    href = url_for("staff.products", q=asked.text or None, shelf=shelf, state=state or None)
    current = (asked.category_id, asked.state) == (shelf, state)
    return {"text": text, "href": href, "current": current, "count": count, "icon": ""}
