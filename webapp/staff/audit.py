"""操作记录: who did what, when, where."""

from datetime import date

from flask import render_template, request, url_for

from services.audit import permissions, queries
from services.audit.queries import Search
from services.shared.days import day_bounds
from services.stores import queries as stores
from webapp.staff import audit_changes, audit_words, blueprint
from webapp.web import edge, guards, shop
from webapp.web.addresses import HIGHEST_ID

PAGE = 40


@blueprint.get("/audit")
@guards.staff(permissions.AUDIT_READ)
def audit() -> str:
    """The log, the newest first; found by person, act or address, by store, by day."""
    text = "".join(char for char in request.args.get("q", "")[:60] if char.isprintable()).strip()
    day, store_id, after = _day(), _number("store"), _number("after")
    since, until = day_bounds(day, shop.settings().zone) if day else (None, None)
    search = Search(text, audit_words.actions_like(text), store_id, since, until)
    found = queries.list_entries(edge.read(), search, actor=edge.actor(), after=after, limit=PAGE + 1)
    kept = {"q": text or None, "store": store_id, "day": day.isoformat() if day else None}
    following = url_for("staff.audit", after=found[PAGE - 1].id, **kept) if len(found) > PAGE else None  # type: ignore[arg-type]
    seen = stores.list_stores(edge.read(), actor=edge.actor(), archived=True)
    return render_template(
        "staff/audit.html",
        entries=found[:PAGE],
        kept=kept,
        following=following,
        stores=seen,
        words=audit_words,
        told=audit_changes.told,
    )


def _day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _number(name: str) -> int | None:
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= HIGHEST_ID else None
