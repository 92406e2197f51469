"""Looking at products; taking them off the list and putting them back."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import commands, permissions, queries
from services.shared import clock
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.staff.products.browse import browse
from webapp.web import edge, guards, own_fields, toasts


@blueprint.get("/products")
@guards.staff(permissions.PRODUCTS_READ)
def products() -> str:
    """Everything the shop sells, shelf by shelf."""
    return render_template("staff/products/list.html", **browse())


@blueprint.get("/products/<int:product_id>")
@guards.staff(permissions.PRODUCTS_READ)
def product(product_id: int) -> str:
    """One product; beside it the list, where there is room."""
    session = edge.read()
    return render_template(
        "staff/products/page.html",
        show="detail",
        product=queries.get_product(session, product_id),
        answers=own_fields.filled("product", product_id),
        stores=stores.list_stores(session, actor=edge.actor()),
        **browse(),
    )


@blueprint.post("/products/<int:product_id>/archive")
@guards.staff(permissions.PRODUCTS_CHANGE)
def archive_product(product_id: int) -> ResponseReturnValue:
    """Take a product off the list."""
    at, name = clock.now(), queries.get_product(edge.read(), product_id).name

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_product(session, product_id, actor=edge.actor(), at=at)
        undo = url_for("staff.restore_product", product_id=product_id)
        toasts.say(_("「%(name)s」下架了", name=name), undo=undo)
        return redirect(url_for("staff.products"), 303)

    return edge.write(effect)


@blueprint.post("/products/<int:product_id>/restore")
@guards.staff(permissions.PRODUCTS_CHANGE)
def restore_product(product_id: int) -> ResponseReturnValue:
    """Put a product back on the list."""
    at, name = clock.now(), queries.get_product(edge.read(), product_id).name

    def effect(session: Session) -> ResponseReturnValue:
        commands.restore_product(session, product_id, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」又上架了", name=name))
        return redirect(url_for("staff.product", product_id=product_id), 303)

    return edge.write(effect)
