"""Writing a template, beside a live example: the till's own pricing says what the coupon would do to a real cart."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import queries as catalog
from services.checkout.queries import Example, list_examples
from services.coupons import commands, permissions, queries
from services.coupons.models import CouponTemplate
from services.loyalty import queries as loyalty
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid, NotFound
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.staff.coupons import form as fields
from webapp.staff.coupons.form import TemplateForm
from webapp.web import addresses, coupon_words, edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/coupons/new")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def new_coupon_template() -> str:
    """An empty editor; `?copy=` fills it with another template's fields."""
    return _editor(None, Form(_copied() or fields.fresh()))


@blueprint.post("/coupons/new")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def create_coupon_template() -> ResponseReturnValue:
    """Add the template."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        template = commands.create_template(session, data, actor=actor, at=at)
        toasts.say(_("「%(name)s」做好了，可以发了", name=template.name))
        return redirect(url_for("staff.coupon_template", template_id=template.id), 303)

    return forms.submit(TemplateForm, perform, lambda form: _editor(None, form))


@blueprint.get("/coupons/<int:template_id>/edit")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def edit_coupon_template(template_id: int) -> str:
    """The editor with what is stored."""
    template = queries.get_template(edge.read(), template_id)
    return _editor(template, Form(fields.fields_of(template)))


@blueprint.post("/coupons/<int:template_id>/edit")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def change_coupon_template(template_id: int) -> ResponseReturnValue:
    """Keep what was changed. What the coupon does is not asked again once somebody holds one."""
    at, actor, template = clock.now(), edge.actor(), queries.get_template(edge.read(), template_id)
    values = forms.typed()
    if template.issued:
        values = {**values, **_locked(template)}

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_template(session, template_id, data, actor=actor, at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.coupon_template", template_id=template_id), 303)

    return forms.submit(TemplateForm, perform, lambda form: _editor(template, form), values=values)


@blueprint.get("/coupons/example")
@guards.staff(permissions.COUPON_TEMPLATES_CHANGE)
def coupon_example() -> str:
    """The example for what stands in the editor now: a part of the page, fetched while the owner types."""
    return render_template("staff/coupons/_example.html", examples=_examples(fields.asked()))


def _editor(template: CouponTemplate | None, form: Form) -> str:
    session = edge.read()
    typed = {name: form.value(name) for name in fields.NAMES}
    return render_template(
        "staff/coupons/edit.html",
        template=template,
        form=form,
        locked=template is not None and template.issued > 0,
        examples=_examples(typed),
        kinds=[(kind.value, _(words)) for kind, words in coupon_words.KINDS.items()],
        products=catalog.list_products(session),
        shelves=catalog.list_categories(session),
        stores=stores.list_stores(session, actor=SYSTEM),
        tiers=loyalty.list_tiers(session),
        groups=fields.groups(queries.list_groups(session)),
        weekdays=[(str(day), _(words)) for day, words in enumerate(coupon_words.WEEKDAYS)],
        channels=[(key, _(words)) for key, words in coupon_words.CHANNELS.items()],
    )


def _examples(values: Mapping[str, Any]) -> list[Example]:
    try:
        data = fields.read({**values, "name": "-", "public_code": ""})
    except Invalid:
        return []
    return list_examples(edge.read(), data, at=clock.now())


def _copied() -> dict[str, Any] | None:
    template_id = addresses.whole("copy")
    if template_id is None or "copy" not in request.args:
        return None
    try:
        template = queries.get_template(edge.read(), template_id)
    except NotFound:
        return None
    return fields.fields_of(template) | {"name": str(_("%(name)s 2", name=template.name)), "public_code": ""}


def _locked(template: CouponTemplate) -> dict[str, Any]:
    """What may not change, as stored: the editor does not show it as fields any more."""
    stored = fields.fields_of(template)
    names = (
        "kind", "value", "zhe", "cap", "threshold", "stack_group", "together", "friends", "with_tier", "with_points",
        "from", "to", *fields.LISTS,
    )  # fmt: skip
    return {name: stored[name] for name in names}
