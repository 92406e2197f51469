"""What the coupons of a period cost, and what they brought: by template, the dearest first."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from services.checkout.queries import get_coupon_total, list_coupon_costs
from services.coupons.permissions import COUPON_TEMPLATES_CHANGE
from services.shared import clock, days
from services.shared.words import N_
from webapp.staff import blueprint
from webapp.web import edge, guards, shop

PERIODS = {"month": N_("本月"), "last": N_("上月"), "days": N_("近 30 天"), "year": N_("今年")}


@blueprint.get("/coupons/costs")
@guards.staff(COUPON_TEMPLATES_CHANGE)
def coupon_costs() -> str:
    """`?period=` is one of the usual ones, `?from=` and `?to=` name days."""
    zone = shop.settings().zone
    today = days.local_day(clock.now(), zone)
    period, first, last = _asked(today)
    start, end = days.day_bounds(first, zone)[0], days.day_bounds(last, zone)[1]
    session = edge.read()
    orders, sales = get_coupon_total(session, start, end)
    return render_template(
        "staff/coupons/costs.html",
        costs=list_coupon_costs(session, start, end),
        orders=orders,
        sales=sales,
        first=first,
        last=last,
        chips=[_chip(key, key == period) for key in PERIODS],
        own=period == "",
    )


def _asked(today: date) -> tuple[str, date, date]:
    own = _day("from"), _day("to")
    if own[0] and own[1] and own[0] <= own[1]:
        return "", own[0], own[1]
    period = request.args.get("period", "month")
    month = today.replace(day=1)
    known = {
        "last": ((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
        "days": (today - timedelta(days=29), today),
        "year": (today.replace(month=1, day=1), today),
    }
    return (period, *known[period]) if period in known else ("month", month, today)


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _chip(period: str, current: bool) -> dict[str, Any]:
    href = url_for("staff.coupon_costs", period=period)
    return {"text": _(PERIODS[period]), "href": href, "current": current, "icon": ""}
