"""Categories, and the order of things: shelves, and products on a shelf."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import commands, permissions, queries
from services.catalog.schemas import CategoryIn
from services.shared import clock
from webapp.staff import blueprint, sorting
from webapp.staff.products.browse import filters
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form


class CategoryForm(CategoryIn):
    """A shelf's name; its place is chosen by sorting."""

    class Meta:
        """Without what the page does not show."""

        exclude = ("sort",)


@blueprint.get("/products/categories")
@guards.staff(permissions.PRODUCTS_CHANGE)
def categories() -> str:
    """The shelves and a field for one more."""
    return _shelves(Form())


@blueprint.post("/products/categories")
@guards.staff(permissions.PRODUCTS_CHANGE)
def create_category() -> ResponseReturnValue:
    """Add a shelf."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        category = commands.create_category(session, data, actor=edge.actor(), at=at)
        toasts.say(_("加好了「%(name)s」", name=category.name))
        return redirect(url_for("staff.categories"), 303)

    return forms.submit(CategoryForm, perform, _shelves)


@blueprint.get("/products/categories/<int:category_id>")
@guards.staff(permissions.PRODUCTS_CHANGE)
def category(category_id: int) -> str:
    """One shelf: its name, and how to put it away."""
    return _shelf(category_id, Form({"name": queries.get_category(edge.read(), category_id).name}))


@blueprint.post("/products/categories/<int:category_id>")
@guards.staff(permissions.PRODUCTS_CHANGE)
def change_category(category_id: int) -> ResponseReturnValue:
    """Rename a shelf."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_category(session, category_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.categories"), 303)

    return forms.submit(CategoryForm, perform, lambda form: _shelf(category_id, form))


@blueprint.post("/products/categories/<int:category_id>/archive")
@guards.staff(permissions.PRODUCTS_CHANGE)
def archive_category(category_id: int) -> ResponseReturnValue:
    """Put a shelf away; its products stay."""
    at, name = clock.now(), queries.get_category(edge.read(), category_id).name

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_category(session, category_id, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」收起来了，商品都还在", name=name))
        return redirect(url_for("staff.categories"), 303)

    return edge.write(effect)


@blueprint.get("/products/categories/sort")
@guards.staff(permissions.PRODUCTS_CHANGE)
def sort_categories() -> str:
    """The shelves, to be put in order."""
    return render_template(
        "staff/products/sort.html",
        title=_("分类的顺序"),
        back=url_for("staff.categories"),
        items=queries.list_categories(edge.read()),
    )


@blueprint.post("/products/categories/sort")
@guards.staff(permissions.PRODUCTS_CHANGE)
def save_order_of_categories() -> ResponseReturnValue:
    """Keep the order."""
    at, ids = clock.now(), sorting.order()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sort_categories(session, ids, actor=edge.actor(), at=at)
        return _sorted("staff.sort_categories", "staff.categories")

    return edge.write(effect)


@blueprint.get("/products/sort")
@guards.staff(permissions.PRODUCTS_CHANGE)
def sort_products() -> str:
    """The products of one shelf (`?shelf=`, 0: on no shelf), to be put in order."""
    shelf, session = filters().category_id or 0, edge.read()
    return render_template(
        "staff/products/sort.html",
        title=queries.get_category(session, shelf).name if shelf else _("没有分类"),
        back=url_for("staff.products", shelf=shelf),
        items=queries.list_lines(session, shop.current_store().id, category_id=shelf, limit=500),
    )


@blueprint.post("/products/sort")
@guards.staff(permissions.PRODUCTS_CHANGE)
def save_order_of_products() -> ResponseReturnValue:
    """Keep the order."""
    at, ids = clock.now(), sorting.order()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sort_products(session, ids, actor=edge.actor(), at=at)
        return _sorted("staff.sort_products", "staff.products", shelf=filters().category_id or 0)

    return edge.write(effect)


def _sorted(page: str, done: str, **where: Any) -> ResponseReturnValue:
    """Back to where sorting began, or, after one arrow, to the sorting page."""
    if sorting.by_arrow():
        return redirect(url_for(page, **where), 303)
    toasts.say(_("顺序记下了"))
    return redirect(url_for(done, **where), 303)


def _shelves(form: Form) -> str:
    session = edge.read()
    stock = queries.count_products(session, shop.current_store().id)
    return render_template(
        "staff/products/categories.html", form=form, shelves=queries.list_categories(session), stock=stock
    )


def _shelf(category_id: int, form: Form) -> str:
    session = edge.read()
    stock = queries.count_products(session, shop.current_store().id)
    return render_template(
        "staff/products/category.html",
        form=form,
        shelf=queries.get_category(session, category_id),
        count=stock.by_category.get(category_id, 0),
    )
