"""The facts of every member, worked out anew from the raw tables with nothing but the words of the docs. Imports no rule of the product."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.oracles import families
from tests.oracles.segments import ZONE, Line, Order, Person, days, favourite, rhythm, taken, usual, visits, weekends

Facts = dict[int, dict[str, Any]]


def facts_of(session: Session, today: date) -> Facts:
    """Everything by member."""
    orders = _orders(session)
    agree = _rows(session, "SELECT member_id FROM consents WHERE kind = 'children' AND withdrawn_at IS NULL")
    agreed = {row["member_id"] for row in agree}
    children: dict[int, list[Any]] = defaultdict(list)
    for row in _rows(session, "SELECT member_id, born_on, calendar FROM children WHERE quiet_at IS NULL"):
        if row["member_id"] in agreed:
            children[row["member_id"]].append(row)
    members = _rows(session, "SELECT * FROM members")
    return {row["id"]: _of_member(row, orders[row["id"]], children[row["id"]], today) for row in members}


def products_of(session: Session) -> dict[tuple[int, int, int], tuple[int, date, date]]:
    """Pieces, first and last day by member, product and category."""
    found: dict[tuple[int, int, int], list[tuple[int, date]]] = defaultdict(list)
    for member, orders in _orders(session).items():
        for line, day in taken(_person(member, orders)):
            found[member, line.product, line.category or 0].append((line.pieces, day))
    return {
        key: (sum(n for n, _ in some), min(d for _, d in some), max(d for _, d in some)) for key, some in found.items()
    }


def _orders(session: Session) -> dict[int, list[Order]]:
    lines: dict[int, list[Line]] = defaultdict(list)
    for row in _rows(session, "SELECT * FROM order_lines"):
        left = row["quantity"] - row["refunded_quantity"]
        lines[row["order_id"]].append(Line(row["product_id"], row["category_id"], left))
    found: dict[int, list[Order]] = defaultdict(list)
    for row in _rows(session, "SELECT * FROM orders WHERE member_id IS NOT NULL"):
        left = row["paid"] - row["refunded"]
        order = Order(_moment(row["completed_at"]), left, row["state"] == "refunded", lines[row["id"]])
        found[row["member_id"]].append(order)
    return found


def _person(member: int, orders: list[Order]) -> Person:
    return Person(member, "", None, "", datetime.min, None, orders=orders)


def _of_member(row: Any, orders: list[Order], children: list[Any], today: date) -> dict[str, Any]:
    person = _person(row["id"], orders)
    year = [order for order in orders if days(today, order.day) < 365]
    kind, on = _milestone(children, today)
    return {
        "living": row["archived_at"] is None,
        "orders": sum(not order.gone for order in orders),
        "spent": sum(order.amount for order in orders),
        "first_order_at": min((order.at for order in orders), default=None),
        "last_order_at": max((order.at for order in orders), default=None),
        "visits": len(visits(person)),
        "rhythm": rhythm(person),
        "weekday": usual([(day.weekday(), day) for day in visits(person)]),
        "hour": usual([(order.at.astimezone(ZONE).hour, order.at) for order in orders]),
        "weekends": weekends(person),
        "favourite_product_id": favourite(person, "product"),
        "favourite_category_id": favourite(person, "category"),
        "orders_year": sum(not order.gone for order in year),
        "spent_year": sum(order.amount for order in year),
        "birthday_on": _birthday(row, today),
        "milestone": kind,
        "milestone_on": on,
    }


def _birthday(row: Any, today: date) -> date | None:
    """The next keeping, by walking."""
    if row["birthday_month"] is None:
        return None
    for day in families.days(today, today + timedelta(days=800)):
        if row["birthday_calendar"] == "solar":
            if (day.month, day.day) == (row["birthday_month"], row["birthday_day"]):
                return day
        else:
            moon = families.moon(day)
            if (moon.month, moon.day, moon.leap) == (row["birthday_month"], row["birthday_day"], False):
                return day
    return None


def _milestone(children: list[Any], today: date) -> tuple[str | None, date | None]:
    """What comes next of any child: 满月 day 30, 百天 day 100, 周岁, birthdays."""
    ahead = []
    for child in children:
        born = _day(child["born_on"])
        ahead += [(born + timedelta(days=29), "full_moon"), (born + timedelta(days=99), "hundred_days")]
        for year in range(1, today.year - born.year + 2):
            ahead.append((born.replace(year=born.year + year), "first_birthday" if year == 1 else "birthday"))
    coming = sorted((day, kind) for day, kind in ahead if day >= today)
    return (coming[0][1], coming[0][0]) if coming else (None, None)


def _rows(session: Session, query: str) -> list[Any]:
    return list(session.execute(text(query)).mappings())


def _moment(value: Any) -> datetime:
    """SQLite keeps text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    return value  # type: ignore[no-any-return]


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
