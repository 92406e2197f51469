"""导出: a list of the shop as a file. Choose what stands in it, a worker makes it, take it while it lies there."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.exports import commands, queries
from services.exports.permissions import EXPORTS_CREATE
from services.exports.queries.lists import Listing
from services.exports.rules import OPEN, XLSX
from services.exports.schemas import ExportIn
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, export_words, exports, forms, guards, toasts
from webapp.web.forms import Form

PAGE = 50
FILTER = "filters."
ICONS = {
    "members": "users-round", "orders": "receipt-text", "wallet": "wallet", "points": "coins", "coupons": "ticket-percent",
    "tills": "banknote",
}  # fmt: skip


@blueprint.get("/exports", endpoint="exports")
@guards.staff(EXPORTS_CREATE)
def own_exports() -> str:
    """One's own files: how far they are, and the way to take them."""
    found = queries.list_exports(edge.read(), actor=edge.actor(), limit=PAGE)
    return render_template(
        "staff/exports/list.html",
        exports=found,
        waiting=any(each.state in OPEN for each in found),
        icons=ICONS,
        words=export_words,
    )


@blueprint.get("/exports/new")
@guards.staff(EXPORTS_CREATE)
def new_export() -> str:
    """Choose columns and form of a list, narrowed as its screen was; without one, choose the list."""
    name = request.args.get("list", "")
    if not name:
        return render_template("staff/exports/lists.html", lists=queries.list_lists(edge.actor()), icons=ICONS)
    listing = queries.get_list(name, actor=edge.actor())
    asked = {f"{FILTER}{key}": value for key in listing.filters().fields if (value := request.args.get(key, "")[:60])}
    usual = [column.key for column in queries.list_columns(edge.read(), listing, actor=edge.actor()) if column.usual]
    return _page(listing, Form({"format": XLSX, "columns": usual, **asked}))


@blueprint.post("/exports/new")
@guards.staff(EXPORTS_CREATE)
def create_export() -> ResponseReturnValue:
    """Let it be made."""
    at, actor, values = clock.now(), edge.actor(), forms.typed()
    listing = queries.get_list(str(values.get("list", "")), actor=actor)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.create_export(session, data, export_words.snapshot, actor=actor, at=at)
        toasts.say(_("正在做，可以离开，不会停"))
        return redirect(url_for("staff.exports"), 303)

    filters = {name.removeprefix(FILTER): value for name, value in values.items() if name.startswith(FILTER) and value}
    return forms.submit(ExportIn, perform, lambda form: _page(listing, form), values=values | {"filters": filters})


@blueprint.post("/exports/<int:export_id>/file")
@guards.staff(EXPORTS_CREATE)
def take_export(export_id: int) -> Response:
    """The file; that it was taken is written down."""
    return exports.take(export_id)


def _page(listing: Listing, form: Form) -> str:
    filters = {key: form.value(f"{FILTER}{key}") for key in listing.filters().fields}
    days = {"first", "last"}
    return render_template(
        "staff/exports/new.html",
        listing=listing,
        form=form,
        columns=queries.list_columns(edge.read(), listing, actor=edge.actor()),
        kept={name: value for name, value in filters.items() if value and name not in days},
        about=export_words.about(listing.name, {key: value for key, value in filters.items() if key not in days}),
        has_days="first" in filters,
        may_see_whole=queries.may_see_whole(edge.actor()),
        masks=commands.WHOLE & {column.key for column in listing.columns},
        words=export_words,
    )
