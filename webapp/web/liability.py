"""储值负债: what is owed to members on any day, by store, and what moved it; for the page and for the API."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request

from services.shared import clock
from services.shared.days import day_bounds, local_day
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores import queries as stores
from services.stores.models import Store
from services.wallet import queries
from services.wallet.queries import Amount
from webapp.web import edge, shop

MOST_DAYS = 92


@dataclass(frozen=True)
class Asked:
    """Which days, and which store (None: all that this person sees)."""

    first: date
    last: date
    store_id: int | None
    today: date

    def address(self, **more: Any) -> dict[str, Any]:
        """The same as parameters of an address."""
        asked = {"first": self.first.isoformat(), "last": self.last.isoformat(), "store": self.store_id} | more
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Owed:
    """What is owed to those who paid in at one store."""

    store_id: int | None
    owed: Amount


@dataclass(frozen=True)
class Moved:
    """What moved on one day at one store, or in all of them together; signed."""

    day: date
    store_id: int | None
    paid_in: Amount
    spent: Amount
    paid_out: Amount
    corrected: Amount


@dataclass(frozen=True)
class Report:
    """The whole report. `paid_back` is the money that members were given (fen)."""

    first: date
    last: date
    stores: tuple[Owed, ...]
    days: tuple[Moved, ...]
    paid_back: int

    @property
    def owed(self) -> Amount:
        """What is owed altogether."""
        return sum((each.owed for each in self.stores), Amount())

    def sum_of(self, part: str) -> Amount:
        """One column of the days added up."""
        return sum((getattr(each, part) for each in self.days), Amount())

    def by_day(self) -> list[Moved]:
        """The days with all stores together, the newest first."""
        days: dict[date, list[Moved]] = {}
        for each in self.days:
            days.setdefault(each.day, []).append(each)
        return [_together(day, rows) for day, rows in sorted(days.items(), reverse=True)]


def asked_for(*, strict: bool = False) -> Asked:
    """What the address asks for: this month up to today, unless it names days. `strict` raises Invalid instead of leaving out."""
    today = local_day(clock.now(), shop.settings().zone)
    last = _day("last", strict) or today
    first = _day("first", strict) or last.replace(day=1)
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        if strict:
            raise Invalid({"first": [N_("最多看 92 天")]})
        first = last if first > last else last - timedelta(days=MOST_DAYS - 1)
    return Asked(first, last, _store(strict), today)


def load_report(asked: Asked) -> Report:
    """The figures of the stores this person sees."""
    session, zone, only = edge.read(), shop.settings().zone, _only(asked)
    owed = queries.list_outstanding(session, day_bounds(asked.last, zone)[1], stores=only)
    flows = queries.list_flows(session, asked.first, asked.last, zone=zone, stores=only)
    days = tuple(
        Moved(flow.day, flow.store_id, flow.of("top_up"), flow.of("spend", "give_back"), flow.of("payout"),
              flow.of("adjust", "transfer", "opening", "opening_undone")) for flow in flows
    )  # fmt: skip
    paid_back = queries.get_paid_out(session, asked.first, asked.last, zone=zone, stores=only)
    found = sorted(owed.items(), key=lambda item: (item[0] is None, item[0] or 0))
    return Report(asked.first, asked.last, tuple(Owed(store, amount) for store, amount in found), days, paid_back)


def owed_before(asked: Asked) -> Amount:
    """What was owed before the first day began."""
    begins = day_bounds(asked.first, shop.settings().zone)[0]
    return sum(queries.list_outstanding(edge.read(), begins, stores=_only(asked)).values(), Amount())


def _together(day: date, rows: list[Moved]) -> Moved:
    def added(part: str) -> Amount:
        return sum((getattr(row, part) for row in rows), Amount())

    return Moved(day, None, added("paid_in"), added("spent"), added("paid_out"), added("corrected"))


def _only(asked: Asked) -> list[int] | None:
    """The stores to look at; None for the whole shop, with what belongs to no store."""
    if asked.store_id is not None:
        return [asked.store_id]
    seen = edge.actor().stores
    return None if seen is None else sorted(seen)


def seen_stores() -> list[Store]:
    """The stores this person works in, closed ones too: what was paid there is still owed."""
    return stores.list_stores(edge.read(), actor=edge.actor(), archived=True)


def _store(strict: bool) -> int | None:
    """The store behind `?store=`, if this person sees it."""
    typed = request.args.get("store", "")
    found = next((store.id for store in seen_stores() if str(store.id) == typed), None)
    if strict and typed and found is None:
        raise Invalid({"store": [N_("没有这家门店")]})
    return found


def _day(name: str, strict: bool) -> date | None:
    typed = request.args.get(name, "")
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is not None and 1970 <= day.year <= 2200:
        return day
    if strict and typed:
        raise Invalid({name: [N_("请填日期，例如 2026-11-22")]})
    return None
