"""Links of a form: one per store and place (and staff), with QR and a poster to print."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from marshmallow import pre_load
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.permissions import FORM_LINKS_CHANGE
from services.forms.schemas import FormLinkIn
from services.identity.queries import list_staff
from services.shared import clock
from services.stores.queries import list_stores
from webapp.staff import blueprint
from webapp.staff.own_forms.pages import page
from webapp.web import edge, forms, guards, i18n, links, people, shop, toasts
from webapp.web.forms import Form

POSTERS = ("zh", "en", "both")


class LinkForm(FormLinkIn):
    """The same from a page: nobody's where nobody is chosen."""

    @pre_load
    def _without_blanks(self, values: Any, **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if not (name == "staff" and value == "")}


@blueprint.get("/forms/<int:form_id>/links")
@guards.staff(FORM_LINKS_CHANGE)
def form_links(form_id: int) -> str:
    """The links with what came by them, and the form for one more."""
    person = people.person()
    return _page(form_id, Form({"store": person.store_id if person else None, "source": "walk_in"}))


@blueprint.post("/forms/<int:form_id>/links")
@guards.staff(FORM_LINKS_CHANGE)
def create_form_link(form_id: int) -> ResponseReturnValue:
    """One more; its page shows the QR."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        link = commands.create_form_link(session, form_id, data, actor=actor, at=at)
        toasts.say(_("链接做好了，可以打印海报"))
        return redirect(url_for("staff.form_link", form_id=form_id, form_link_id=link.id), 303)

    return forms.submit(LinkForm, perform, lambda form: _page(form_id, form))


@blueprint.get("/forms/<int:form_id>/links/<int:form_link_id>")
@guards.staff(FORM_LINKS_CHANGE)
def form_link(form_id: int, form_link_id: int) -> str:
    """One link: QR, address, how many came."""
    return page("link", **_link(form_id, form_link_id))


@blueprint.get("/forms/<int:form_id>/links/<int:form_link_id>/poster")
@guards.staff(FORM_LINKS_CHANGE)
def form_poster(form_id: int, form_link_id: int) -> str:
    """A sheet of A5 to print and hang up, in Chinese, English (`?language=`) or both."""
    asked = request.args.get("language", "")
    language = asked if asked in POSTERS else "zh"
    how = {}
    for each in i18n.LANGUAGES:  # whatever the reader's own language is
        with force_locale(each):
            how[each] = _("微信扫一扫，或者用手机相机")
    return render_template("staff/forms/poster.html", poster=language, how=how, **_link(form_id, form_link_id))


@blueprint.post("/forms/<int:form_id>/links/<int:form_link_id>/archive")
@guards.staff(FORM_LINKS_CHANGE)
def archive_form_link(form_id: int, form_link_id: int) -> ResponseReturnValue:
    """Take it out of use: its page then says so."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_form_link(session, form_id, form_link_id, actor=actor, at=at)
        toasts.say(_("已停用，扫到的人会看到说明"))
        return redirect(url_for("staff.form_links", form_id=form_id), 303)

    return edge.write(effect)


def address_of(token: str) -> str:
    """What the QR carries: the page's address as the world sees it."""
    return links.absolute(url_for("public_forms.form_page", form_token=token))


def _link(form_id: int, form_link_id: int) -> dict[str, Any]:
    session = edge.read()
    link = queries.get_link(session, form_id, form_link_id, actor=edge.actor())
    return {"card": queries.get_form(session, form_id), "link": link, "address": address_of(link.token)}


def _page(form_id: int, form: Form) -> str:
    session, actor = edge.read(), edge.actor()
    return page(
        "links",
        card=queries.get_form(session, form_id),
        form=form,
        links=queries.list_links(session, form_id, actor=actor),
        own_stores=list_stores(session, actor=actor),
        own_staff=[each for each in list_staff(session, actor=actor) if not each.disabled],
        sources=shop.settings()["members.sources"],
    )
