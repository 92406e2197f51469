"""What orders say of a member: when they come, how often, what they like. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.segments.rules.rfm import WINDOW

SATURDAY = 5


@dataclass(frozen=True)
class Bought:
    """One order: its moment and day in the shop, what is still paid for it (fen), and whether all of it went back."""

    at: datetime
    day: date
    amount: int
    gone: bool


@dataclass(frozen=True)
class Taken:
    """How much of a product, sold under a category (0: none), somebody has; the last day."""

    product_id: int
    category_id: int
    pieces: int
    last_on: date


def figures_of(orders: Sequence[Bought], taken: Sequence[Taken], today: date, zone: str) -> dict[str, Any]:
    """The figures that follow from somebody's orders, by the names of their columns."""
    days = sorted({order.day for order in orders})
    shop = ZoneInfo(zone)
    return {
        "visits": len(days),
        "rhythm": _rounded((days[-1] - days[0]).days, len(days) - 1) if len(days) > 1 else None,
        "weekday": _most([(day.weekday(), day.toordinal()) for day in days]),
        "hour": _most([(order.at.astimezone(shop).hour, int(order.at.timestamp())) for order in orders]),
        "weekends": _rounded(100 * sum(day.weekday() >= SATURDAY for day in days), len(days)) if days else None,
        **favourites_of(taken),
        **year_of(orders, today),
    }


def counted(orders: Sequence[Bought]) -> dict[str, Any]:
    """The figures that a sale, a refund or a handover changes at once. A visit stays, also where all went back."""
    moments = [order.at for order in orders]
    return {
        "orders": sum(not order.gone for order in orders),
        "spent": sum(order.amount for order in orders),
        "first_order_at": min(moments, default=None),
        "last_order_at": max(moments, default=None),
    }


def year_of(orders: Sequence[Bought], today: date) -> dict[str, int]:
    """Orders and money of the last 365 days."""
    lately = [order for order in orders if (today - order.day).days < WINDOW]
    return {"orders_year": sum(not order.gone for order in lately), "spent_year": sum(order.amount for order in lately)}


def average_of(amount: int, orders: int) -> int | None:
    """What one of so many orders comes to, in fen, half up; None where there are none."""
    return _rounded(amount, orders) if orders else None


def favourites_of(taken: Sequence[Taken]) -> dict[str, int | None]:
    """What they have most of; where it is as much, what they took last, then what was there first."""
    return {
        "favourite_product_id": _favourite([(each.product_id, each) for each in taken]),
        "favourite_category_id": _favourite([(each.category_id, each) for each in taken if each.category_id]),
    }


def _favourite(taken: Sequence[tuple[int, Taken]]) -> int | None:
    pieces: Counter[int] = Counter()
    last: dict[int, date] = {}
    for key, each in taken:
        pieces[key] += each.pieces
        last[key] = max(each.last_on, last.get(key, each.last_on))
    return max(pieces, key=lambda key: (pieces[key], last[key], -key), default=None)


def _most(seen: Sequence[tuple[int, int]]) -> int | None:
    """What was seen most often; where as often, what was seen last."""
    times = Counter(value for value, _at in seen)
    last = dict(sorted(seen, key=lambda each: each[1]))
    return max(times, key=lambda value: (times[value], last[value]), default=None)


def _rounded(amount: int, parts: int) -> int:
    """Half up."""
    return (2 * amount + parts) // (2 * parts)
