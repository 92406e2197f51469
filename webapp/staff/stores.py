"""Stores in the back office: open one, change what is known of it, close it, open it again."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.refusals import Refusal
from services.stores import commands, permissions, queries
from services.stores.models import Store
from services.stores.schemas import StoreChange, StoreIn
from webapp.staff import blueprint, sorting
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form

FIELDS = ("code", "name", "address", "phone", "opens", "closes")


@blueprint.get("/stores")
@guards.staff(permissions.STORES_READ)
def stores() -> str:
    """The stores this person works in."""
    return render_template("staff/stores/list.html", **_beside())


@blueprint.get("/stores/new")
@guards.staff(permissions.STORES_CREATE)
def new_store() -> str:
    """An empty form with the next free code."""
    return _new(Form({"code": _next_code(), "opens": "09:00", "closes": "21:30"}))


@blueprint.post("/stores/new")
@guards.staff(permissions.STORES_CREATE)
def create_store() -> ResponseReturnValue:
    """Open a store."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        store = commands.create_store(session, data, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s开好了", name=store.name))
        return redirect(url_for("staff.store", store_id=store.id), 303)

    return forms.submit(StoreIn, perform, _new)


@blueprint.get("/stores/<int:store_id>")
@guards.staff(permissions.STORES_READ)
def store(store_id: int) -> str:
    """One store: a form for whoever may change it, else what is known of it."""
    found = queries.get_store(edge.read(), store_id, actor=edge.actor())
    return _page(found, Form({field: getattr(found, field) for field in FIELDS}))


@blueprint.post("/stores/<int:store_id>")
@guards.staff(permissions.STORES_CHANGE)
def change_store(store_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, found = clock.now(), queries.get_store(edge.read(), store_id, actor=edge.actor())

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_store(session, store_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.store", store_id=store_id), 303)

    return forms.submit(StoreChange, perform, lambda form: _page(found, form))


@blueprint.post("/stores/<int:store_id>/archive")
@guards.staff(permissions.STORES_CHANGE)
def archive_store(store_id: int) -> ResponseReturnValue:
    """Close a store; the last one stays, and the page says so."""
    at, found = clock.now(), queries.get_store(edge.read(), store_id, actor=edge.actor())

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_store(session, store_id, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s关掉了", name=found.name), undo=url_for("staff.restore_store", store_id=store_id))
        return redirect(url_for("staff.stores"), 303)

    try:
        return edge.write(effect)
    except Refusal as refusal:
        form = Form({field: getattr(found, field) for field in FIELDS})
        form.put_right(refusal)
        return _page(found, form), refusal.status


@blueprint.post("/stores/<int:store_id>/restore")
@guards.staff(permissions.STORES_CHANGE)
def restore_store(store_id: int) -> ResponseReturnValue:
    """Open a closed store again."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        found = commands.restore_store(session, store_id, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s又开了", name=found.name))
        return redirect(url_for("staff.store", store_id=store_id), 303)

    return edge.write(effect)


@blueprint.get("/stores/sort")
@guards.staff(permissions.STORES_CREATE)
def sort_stores() -> str:
    """The stores, to be put in order."""
    items = queries.list_stores(edge.read(), actor=edge.actor())
    return render_template("staff/products/sort.html", title=_("门店的顺序"), back=url_for("staff.stores"), items=items)


@blueprint.post("/stores/sort")
@guards.staff(permissions.STORES_CREATE)
def save_order_of_stores() -> ResponseReturnValue:
    """Keep the order."""
    at, ids = clock.now(), sorting.order()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sort_stores(session, ids, actor=edge.actor(), at=at)
        if sorting.by_arrow():
            return redirect(url_for("staff.sort_stores"), 303)
        toasts.say(_("顺序记下了"))
        return redirect(url_for("staff.stores"), 303)

    return edge.write(effect)


def _beside() -> dict[str, Any]:
    """The list that stands beside every page of a store."""
    found = queries.list_stores(edge.read(), actor=edge.actor(), archived=True)
    return {
        "open_stores": [each for each in found if each.archived_at is None],
        "closed_stores": [each for each in found if each.archived_at is not None],
        "may_change": edge.actor().may(permissions.STORES_CHANGE),
        "may_create": edge.actor().may(permissions.STORES_CREATE),
    }


def _page(found: Store, form: Form) -> str:
    return render_template("staff/stores/page.html", show="detail", store=found, form=form, **_beside())


def _new(form: Form) -> str:
    return render_template("staff/stores/new.html", show="detail", form=form, **_beside())


def _next_code() -> str:
    taken = {each.code for each in queries.list_stores(edge.read(), actor=edge.actor(), archived=True)}
    return next(code for number in range(1, 1000) if (code := f"A{number}") not in taken)
