"""一天汇总: a store's day over all its shifts and what was taken outside of them."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, url_for

from services.checkout.queries.tills import get_till_day
from services.shared import clock
from services.shared.refusals import NotFound
from services.tills import permissions, rules
from webapp.staff import blueprint
from webapp.web import edge, guards, i18n, shop


@blueprint.get("/tills/days/<day>")
@guards.staff(permissions.TILLS_AUDIT)
def till_day(day: str) -> str:
    """One day of the current store."""
    return render_template("staff/tills/day.html", **_day(day))


@blueprint.get("/tills/days/<day>/report")
@guards.staff(permissions.TILLS_AUDIT)
def till_day_report(day: str) -> str:
    """The day on narrow paper."""
    return render_template("staff/tills/day_report.html", **_day(day), printed_at=clock.now())


def _day(told: str) -> dict[str, Any]:
    wanted, store = _read(told), shop.current_store()
    edge.actor().require(permissions.TILLS_AUDIT, store.id)
    today = i18n.local(clock.now()).date()
    one, zone = timedelta(days=1), shop.settings().zone
    return {
        "store": store,
        "day": get_till_day(edge.read(), store.id, wanted, zone, actor=edge.actor()),
        "noon": datetime.combine(wanted, time(12), ZoneInfo(zone)),
        "kinds": rules.KINDS,
        "is_today": wanted == today,
        "before": url_for("staff.till_day", day=(wanted - one).isoformat()),
        "after": url_for("staff.till_day", day=(wanted + one).isoformat()) if wanted < today else "",
    }


def _read(told: str) -> date:
    """The day in the address. Raises NotFound for one that no calendar of ours reaches."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        raise NotFound from None
    if not 1970 < day.year <= 2200:
        raise NotFound
    return day
