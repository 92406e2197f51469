"""Adding and changing a product."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import commands, permissions, queries
from services.catalog.queries import ProductView
from services.catalog.texts import DRAWN
from services.shared import clock, ids, money
from services.shared.refusals import Invalid
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.staff.products.form import NEW, ProductForm, nested
from webapp.web import edge, forms, guards, own_fields, toasts, uploads
from webapp.web.forms import Form

NEW_PRICING = {"pricing": "piece", "takes_tier": True, "takes_coupons": True}


@blueprint.get("/products/new")
@guards.staff(permissions.PRODUCTS_CHANGE)
def new_product() -> str:
    """An empty editor; `?shelf=` chooses the shelf."""
    return _editor(None, Form({"category": _shelf_asked_for(), "sold_at": _all_stores(), **NEW_PRICING}), options=[])


@blueprint.post("/products/new")
@guards.staff(permissions.PRODUCTS_CHANGE)
def create_product() -> ResponseReturnValue:
    """Add the product, and its shelf when that is new too."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        product = commands.create_product(session, _shelved(session, data), actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」上架了", name=product.name))
        return redirect(url_for("staff.product", product_id=product.id), 303)

    return _submit(perform, None)


@blueprint.get("/products/<int:product_id>/edit")
@guards.staff(permissions.PRODUCTS_CHANGE)
def edit_product(product_id: int) -> str:
    """The editor with what is stored."""
    product = queries.get_product(edge.read(), product_id)
    answered = own_fields.in_form(own_fields.filled("product", product_id))
    return _editor(product, Form({**_stored(product), **answered}), options=_stored_options(product))


@blueprint.post("/products/<int:product_id>/edit")
@guards.staff(permissions.PRODUCTS_CHANGE)
def change_product(product_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, product = clock.now(), queries.get_product(edge.read(), product_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_product(session, product_id, _shelved(session, data), actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.product", product_id=product_id), 303)

    return _submit(perform, product)


def _submit(perform: Any, product: ProductView | None) -> ResponseReturnValue:
    values = forms.typed()
    wrong = uploads.take(values, "picture")

    def again(form: Form) -> str:
        return _editor(product, form, options=nested(values)["options"])

    return forms.submit(ProductForm, perform, again, values=values, wrong=wrong)


def _shelved(session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """`data` standing on its shelf, which is made here when it is new."""
    name = data.pop("new_category", "")
    if not name:
        return data
    try:
        shelf = commands.create_category(session, {"name": name}, actor=edge.actor(), at=clock.now())
    except Invalid as refusal:
        raise Invalid({"new_category": refusal.errors["name"]}) from refusal
    return data | {"category_id": shelf.id}


def _editor(product: ProductView | None, form: Form, *, options: list[dict[str, Any]]) -> str:
    session = edge.read()
    shelves = [(shelf.id, shelf.name) for shelf in queries.list_categories(session)]
    return render_template(
        "staff/products/edit.html",
        product=product,
        form=form,
        options=options,
        shelves=[*shelves, (NEW, _("新分类…"))],
        stores=stores.list_stores(session, actor=edge.actor()),
        drawn=DRAWN,
        own_fields=own_fields.asked("product"),
        right_digit=_right_digit(str(form.value("barcode"))) if form.errors("barcode") else "",
    )


def _right_digit(typed: str) -> str:
    """The check digit that would belong behind the first 12 digits, if there are any."""
    first = typed.strip()[:12]
    return ids.ean13_digit(first) if len(first) == 12 and first.isascii() and first.isdigit() else ""


def _stored(product: ProductView) -> Mapping[str, Any]:
    return {
        "name": product.name,
        "category": product.category_id,
        "pricing": product.pricing,
        "price": product.price,
        "member_price": product.member_price,
        "takes_tier": product.takes_tier,
        "takes_coupons": product.takes_coupons,
        "launches_on": product.launches_on.isoformat() if product.launches_on else "",
        "description": product.description,
        "sku": product.sku,
        "barcode": product.barcode,
        "picture": product.picture,
        "sold_at": [store for store in _all_stores() if int(store) not in product.unavailable_at],
    }


def _stored_options(product: ProductView) -> list[dict[str, Any]]:
    return [
        {
            "key": option.key,
            "name": option.name,
            "choices": [
                {"key": choice.key, "name": choice.name, "price_change": money.text(choice.price_change)}
                for choice in option.choices
            ],
        }
        for option in product.options
    ]


def _all_stores() -> list[str]:
    return [str(store.id) for store in stores.list_stores(edge.read(), actor=edge.actor())]


def _shelf_asked_for() -> int | str:
    from webapp.staff.products.browse import filters

    return filters().category_id or ""
