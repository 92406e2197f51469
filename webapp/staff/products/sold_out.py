"""Sold out, and back again: for everyone behind the counter and in the kitchen."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import commands, permissions, queries
from services.catalog.queries import ProductLine
from services.catalog.schemas import SoldOutIn
from services.shared import clock
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, links, toasts


@blueprint.post("/products/<int:product_id>/sold-out")
@guards.staff(permissions.PRODUCTS_SELL_OUT)
def sell_out(product_id: int) -> ResponseReturnValue:
    """Say it for one store; htmx gets the row anew, a plain form the page it came from."""
    data, at = forms.load(SoldOutIn, forms.typed()), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sell_out(session, product_id, **data, actor=edge.actor(), at=at)
        return redirect(_back(), 303)

    answer = edge.write(effect)
    line = queries.get_line(edge.read(), data["store_id"], product_id)
    if request.headers.get("HX-Request"):
        return toasts.say_with(_row(line, data["store_id"]), _said(line))
    toasts.say(_said(line))
    return answer


def _back() -> str:
    """The page the form stood on: only ever one of ours."""
    back = links.own_path(request.form.get("back"), "staff")
    return back if back.startswith(url_for("staff.products")) else url_for("staff.products")


def _said(line: ProductLine) -> str:
    words = _("「%(name)s」今天售罄", name=line.name) if line.sold_out else _("「%(name)s」又有货了", name=line.name)
    return str(words)


def _row(line: ProductLine, store_id: int) -> Response:
    page = render_template(
        "staff/products/row.html", line=line, store=stores.get_store(edge.read(), store_id, actor=edge.actor())
    )
    return make_response(page)
