"""The forms themselves: which there are, what they say and give, published and closed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import pre_load
from sqlalchemy.orm import Session

from services.coupons import queries as coupons
from services.forms import commands, queries
from services.forms.errors import NotReady
from services.forms.permissions import (
    FORM_ANSWERS_READ,
    FORM_GIFTS_CHANGE,
    FORM_LINKS_CHANGE,
    FORMS_CHANGE,
    FORMS_READ,
)
from services.forms.queries import FormCard
from services.forms.rules import documents
from services.forms.rules.documents import Document
from services.forms.schemas import FormGiftIn, FormIn
from services.segments import queries as segments
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, form_words, forms, guards, toasts
from webapp.web.forms import Form

NAMED = 3  # links that a row names
TITLES = ("kind", "title_zh", "title_en", "words_zh", "words_en", "thanks_zh", "thanks_en", "daily_most")


class FormForm(FormIn):
    """The same from a page: what is left empty is none."""

    @pre_load
    def _without_blanks(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if not (name == "daily_most" and value == "")}


class GiftForm(FormGiftIn):
    """The same from a page."""

    @pre_load
    def _without_blanks(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != ""}


@blueprint.get("/forms")
@guards.staff(FORMS_READ)
def own_forms() -> str:
    """All forms."""
    return page("list", show="list")


@blueprint.get("/forms/new")
@guards.staff(FORMS_CHANGE)
def new_form() -> str:
    """An empty form."""
    return page("edit", form=Form({"kind": "registration"}))


@blueprint.post("/forms/new")
@guards.staff(FORMS_CHANGE)
def create_form() -> ResponseReturnValue:
    """Keep it as a draft: its questions come next."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        made = commands.create_form(session, data, actor=edge.actor(), at=at)
        return to_form(made.id, _("建好了，现在加题目"))

    return forms.submit(FormForm, perform, lambda form: page("edit", form=form))


@blueprint.get("/forms/<int:form_id>")
@guards.staff(FORMS_READ)
def form(form_id: int) -> str:
    """One form: its pages and questions, in the order in which they are asked."""
    return overview(queries.get_form(edge.read(), form_id))


@blueprint.get("/forms/<int:form_id>/edit")
@guards.staff(FORMS_CHANGE)
def edit_form(form_id: int) -> str:
    """Titles, words and limits, in fields."""
    card = queries.get_form(edge.read(), form_id)
    return page("edit", card=card, form=Form({name: getattr(card, name) for name in TITLES}))


@blueprint.post("/forms/<int:form_id>/edit")
@guards.staff(FORMS_CHANGE)
def change_form(form_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, card = clock.now(), queries.get_form(edge.read(), form_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_form(session, form_id, data, actor=edge.actor(), at=at)
        return to_form(form_id, _("改好了"))

    return forms.submit(FormForm, perform, lambda form: page("edit", card=card, form=form))


@blueprint.get("/forms/<int:form_id>/gift")
@guards.staff(FORM_GIFTS_CHANGE)
def form_gift(form_id: int) -> str:
    """What is given for it."""
    card = queries.get_form(edge.read(), form_id)
    told = {name.removeprefix("gift_").removesuffix("_id"): value for name, value in asdict(card.gift).items()}
    return _gift(card, Form(told))


@blueprint.post("/forms/<int:form_id>/gift")
@guards.staff(FORM_GIFTS_CHANGE)
def change_form_gift(form_id: int) -> ResponseReturnValue:
    """Give that from now on."""
    at, card = clock.now(), queries.get_form(edge.read(), form_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_gift(session, form_id, data, actor=edge.actor(), at=at)
        return to_form(form_id, _("礼物改好了"))

    return forms.submit(GiftForm, perform, lambda form: _gift(card, form))


@blueprint.get("/forms/<int:form_id>/preview")
@guards.staff(FORMS_READ)
def form_preview(form_id: int) -> str:
    """How the draft will look; nothing can be sent from here."""
    card = queries.get_form(edge.read(), form_id)
    return page("preview", card=card, document=documents.read(card.draft), form=Form())


@blueprint.post("/forms/<int:form_id>/publish")
@guards.staff(FORMS_CHANGE)
def publish_form(form_id: int) -> ResponseReturnValue:
    """Let people see it; what is missing is told beside its question (422)."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.publish_form(session, form_id, actor=edge.actor(), at=at)
        return to_form(form_id, _("发布了，做一张海报贴出去吧"))

    try:
        return edge.write(effect)
    except NotReady as refusal:
        told = Form()
        told.put_right(refusal)
        return overview(queries.get_form(edge.read(), form_id), told), refusal.status


@blueprint.post("/forms/<int:form_id>/close")
@guards.staff(FORMS_CHANGE)
def close_form(form_id: int) -> ResponseReturnValue:
    """Take no more."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.close_form(session, form_id, actor=edge.actor(), at=at)
        return to_form(form_id, _("不再收了，收到的都还在"))

    return edge.write(effect)


def overview(card: FormCard, told: Form | None = None) -> str:
    """The page of one form; `told`: what keeps it from being published."""
    document = documents.read(card.draft)
    links = queries.list_links(edge.read(), card.id, actor=edge.actor()) if edge.actor().may(FORM_LINKS_CHANGE) else []
    in_use = [link for link in links if not link.archived]
    return page(
        "form", card=card, document=document, told=told or Form(), conditions=_conditions(document),
        links=in_use, hung_up=[f"{link.store_name} · {link.label}" for link in in_use[:NAMED]], gift=_gift_words(card),
    )  # fmt: skip


def page(name: str, *, show: str = "detail", **values: Any) -> str:
    """A page of the forms, with their list beside it."""
    actor, session = edge.actor(), edge.read()
    may = {
        "change": actor.may(FORMS_CHANGE), "gift": actor.may(FORM_GIFTS_CHANGE), "links": actor.may(FORM_LINKS_CHANGE),
        "answers": actor.may(FORM_ANSWERS_READ),
    }  # fmt: skip
    return render_template(
        f"staff/forms/{name}.html", show=show, found=queries.list_forms(session), can=may, purposes=form_words.PURPOSES,
        waiting=queries.count_waiting(session, actor=actor), **values,
    )  # fmt: skip


def to_form(form_id: int, said: str = "") -> ResponseReturnValue:
    """Back to the form."""
    if said:
        toasts.say(said)
    return redirect(url_for("staff.form", form_id=form_id), 303)


def _conditions(document: Document) -> dict[str, str]:
    """When each question is asked, in words."""
    told = {}
    for question in document:
        if question.only_if is not None and question.only_if.question in document.by_key:
            asked = document.by_key[question.only_if.question]
            names = dict(form_words.choices(asked))
            answers = str(_("、")).join(names.get(each, each) for each in question.only_if.any_of)
            told[question.key] = str(
                _("「%(asked)s」答「%(answers)s」才问", asked=form_words.label(asked), answers=answers)
            )
    return told


def _gift(card: FormCard, form: Form) -> str:
    session, actor = edge.read(), edge.actor()
    templates = coupons.list_templates(session, limit=200)
    tags = [tag for tag in segments.list_tags(session, actor=actor) if tag.rule is None]
    return page("gift", card=card, form=form, templates=templates, tags=tags)


def _gift_words(card: FormCard) -> str:
    """一张「欢迎券」、50 积分、标签「填过表」."""
    session, gift = edge.read(), card.gift
    parts = []
    if gift.gift_template_id is not None:
        parts.append(_("「%(name)s」一张", name=coupons.get_template(session, gift.gift_template_id).name))
    if gift.gift_points:
        parts.append(_("%(points)s 积分", points=gift.gift_points))
    if gift.gift_tag_id is not None:
        names = {tag.id: tag.name for tag in segments.list_tags(session, actor=edge.actor(), archived=True)}
        parts.append(_("标签「%(name)s」", name=names.get(gift.gift_tag_id, "…")))
    return str(_("、")).join(str(part) for part in parts)
