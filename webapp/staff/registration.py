"""注册码: links by which people join by themselves, one per store and channel, with QR and a poster to print."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import commands, permissions, queries
from services.members.schemas import RegistrationLinkIn
from services.shared import clock, runtime
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, people, shop, toasts
from webapp.web.forms import Form


@blueprint.get("/registration-links")
@guards.staff(permissions.REGISTRATION_LINKS_CHANGE)
def registration_links() -> str:
    """The links with what they brought, and the form for one more."""
    person = people.person()
    return _page(Form({"store": person.store_id if person else None, "source": "walk_in"}))


@blueprint.post("/registration-links")
@guards.staff(permissions.REGISTRATION_LINKS_CHANGE)
def create_registration_link() -> ResponseReturnValue:
    """One more link; its page shows the QR."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        link = commands.create_registration_link(session, data, actor=actor, at=at)
        toasts.say(_("注册码做好了，可以打印"))
        return redirect(url_for("staff.registration_link", link_id=link.id), 303)

    return forms.submit(RegistrationLinkIn, perform, _page)


@blueprint.get("/registration-links/<int:link_id>")
@guards.staff(permissions.REGISTRATION_LINKS_CHANGE)
def registration_link(link_id: int) -> str:
    """One link: QR, address, count."""
    return render_template("staff/registration/link.html", **_link(link_id))


@blueprint.get("/registration-links/<int:link_id>/poster")
@guards.staff(permissions.REGISTRATION_LINKS_CHANGE)
def registration_poster(link_id: int) -> str:
    """A sheet of A5 to print and hang up."""
    return render_template("staff/registration/poster.html", **_link(link_id))


@blueprint.post("/registration-links/<int:link_id>/archive")
@guards.staff(permissions.REGISTRATION_LINKS_CHANGE)
def archive_registration_link(link_id: int) -> ResponseReturnValue:
    """Take it out of use: its page then says so."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_registration_link(session, link_id, actor=actor, at=at)
        toasts.say(_("已停用，扫到的人会看到说明"))
        return redirect(url_for("staff.registration_links"), 303)

    return edge.write(effect)


def _page(form: Form) -> str:
    archived = request.args.get("state") == "archived"
    return render_template(
        "staff/registration/list.html",
        form=form,
        archived=archived,
        links=queries.list_registration_links(edge.read(), actor=edge.actor(), archived=archived),
        **_choices(),
    )


def _link(link_id: int) -> dict[str, Any]:
    link = queries.get_registration_link(edge.read(), link_id, actor=edge.actor())
    return {"link": link, "address": address_of(link.code), **_choices()}


def _choices() -> dict[str, Any]:
    own = stores.list_stores(edge.read(), actor=edge.actor(), archived=True)
    return {
        "own_stores": [store for store in own if store.archived_at is None],
        "store_names": {store.id: store.name for store in own},
        "sources": shop.settings()["members.sources"],
    }


def address_of(code: str) -> str:
    """What the QR carries: the page's address as the world sees it."""
    return runtime.config().public_origin + url_for("public.join", code=code)
