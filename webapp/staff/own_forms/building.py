"""The builder: pages and questions are added, written, moved and taken away one by one; each step is kept at once, in the draft."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError, pre_load
from sqlalchemy.orm import Session

from services.forms import commands, queries
from services.forms.permissions import FORMS_CHANGE
from services.forms.queries import FormCard
from services.forms.rules import documents, edits
from services.forms.rules.documents import Document, Question
from services.forms.rules.kinds import GROUPS, KINDS
from services.forms.schemas import PageTitles, QuestionIn
from services.shared import clock
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from webapp.staff import blueprint
from webapp.staff.own_forms.pages import page, to_form
from webapp.web import edge, form_words, forms, guards, own_fields
from webapp.web.forms import Form

Step = Callable[[Mapping[str, Any]], Mapping[str, Any]]
EMPTY_ROWS = 3  # for choices that are still to be written


class QuestionForm(QuestionIn):
    """The editor: choices have flat names (`choices-0-zh`), a condition is ticked as `q1=c1`."""

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        told = {name: value for name, value in values.items() if not name.startswith("choices-")}
        choices = [each for each in choices_of(values) if each["zh"].strip()]
        return {**told, "required": "required" in values, "choices": choices, "only_if": _condition(values)}


@blueprint.post("/forms/<int:form_id>/pages")
@guards.staff(FORMS_CHANGE)
def add_form_page(form_id: int) -> ResponseReturnValue:
    """One more page at the end."""
    return _step(form_id, edits.add_page)


@blueprint.get("/forms/<int:form_id>/pages/<int:place>")
@guards.staff(FORMS_CHANGE)
def form_page(form_id: int, place: int) -> str:
    """The titles of a page."""
    card = queries.get_form(edge.read(), form_id)
    pages = card.draft["pages"]
    if place >= len(pages):
        raise NotFound("form_page_not_found")
    return page("page", card=card, place=place, form=Form(pages[place]))


@blueprint.post("/forms/<int:form_id>/pages/<int:place>")
@guards.staff(FORMS_CHANGE)
def change_form_page(form_id: int, place: int) -> ResponseReturnValue:
    """Keep them."""
    card = queries.get_form(edge.read(), form_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        return _edit(session, form_id, lambda raw: edits.change_page(raw, place, data))

    return forms.submit(PageTitles, perform, lambda form: page("page", card=card, place=place, form=form))


@blueprint.post("/forms/<int:form_id>/pages/<int:place>/remove")
@guards.staff(FORMS_CHANGE)
def remove_form_page(form_id: int, place: int) -> ResponseReturnValue:
    """Without this page; its questions go to the one beside it."""
    return _step(form_id, lambda raw: edits.drop_page(raw, place))


@blueprint.get("/forms/<int:form_id>/questions/new")
@guards.staff(FORMS_CHANGE)
def new_question(form_id: int) -> str:
    """First which kind (`?page=`), then (`?kind=`) the question itself."""
    card, kind = queries.get_form(edge.read(), form_id), request.args.get("kind", "")
    if kind not in KINDS:
        return page("kinds", card=card, place=_place(), offered=_offered(card))
    required = KINDS[kind].name in {"phone", "rating"}
    return _question(card, None, Form({"kind": kind, "field": request.args.get("field", ""), "required": required}))


@blueprint.post("/forms/<int:form_id>/questions/new")
@guards.staff(FORMS_CHANGE)
def add_question(form_id: int) -> ResponseReturnValue:
    """Add it at the end of its page."""
    card, place = queries.get_form(edge.read(), form_id), _place()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        _require_words(data)
        return _edit(session, form_id, lambda raw: edits.add_question(raw, place, data)[0], _("加好了"))

    return forms.submit(QuestionForm, perform, lambda form: _question(card, None, form))


@blueprint.get("/forms/<int:form_id>/questions/<question_key>")
@guards.staff(FORMS_CHANGE)
def question(form_id: int, question_key: str) -> str:
    """One question, in fields."""
    card = queries.get_form(edge.read(), form_id)
    return _question(card, question_key, Form(_stored(card, question_key)))


@blueprint.post("/forms/<int:form_id>/questions/<question_key>")
@guards.staff(FORMS_CHANGE)
def change_question(form_id: int, question_key: str) -> ResponseReturnValue:
    """Keep what was changed."""
    card = queries.get_form(edge.read(), form_id)
    kept = _stored(card, question_key)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        _require_words(data)
        return _edit(session, form_id, lambda raw: edits.change_question(raw, question_key, data), _("改好了"))

    typed = forms.typed() | {"kind": kept["kind"], "field": kept["field"]}
    return forms.submit(QuestionForm, perform, lambda form: _question(card, question_key, form), values=typed)


@blueprint.post("/forms/<int:form_id>/questions/<question_key>/move")
@guards.staff(FORMS_CHANGE)
def move_question(form_id: int, question_key: str) -> ResponseReturnValue:
    """One place up or down."""
    by = -1 if request.form.get("by") == "-1" else 1
    return _step(form_id, lambda raw: edits.move_question(raw, question_key, by), anchor=question_key)


@blueprint.post("/forms/<int:form_id>/questions/<question_key>/remove")
@guards.staff(FORMS_CHANGE)
def remove_question(form_id: int, question_key: str) -> ResponseReturnValue:
    """Ask it no more; what was answered to what was published stays."""
    return _step(form_id, lambda raw: edits.drop_question(raw, question_key))


def choices_of(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """The flat names of the editor as choices, in the order of the page."""
    found: dict[str, dict[str, str]] = {}
    for name, value in values.items():
        match name.split("-"):
            case ["choices", number, ("key" | "zh" | "en") as part]:
                found.setdefault(number, {"key": "", "zh": "", "en": ""})[part] = value
    return list(found.values())


def _condition(values: Mapping[str, Any]) -> dict[str, Any] | None:
    ticked = [each.partition("=") for each in values.get("any_of", []) if each]
    if not ticked:
        return None
    asked = {question for question, _is, _key in ticked}
    if len(asked) > 1:
        raise ValidationError({"only_if": [N_("只能看一道题的回答")]})
    return {"question": asked.pop(), "any_of": [key for _question, _is, key in ticked]}


def _require_words(data: Mapping[str, Any]) -> None:
    """What a person writes here is whole at once; a program may leave it for later."""
    if KINDS[data["kind"]].group == "survey" and not data["label_zh"]:
        raise Invalid({"label_zh": [N_("请填写")]})
    if KINDS[data["kind"]].chosen and len(data["choices"]) < 2:
        raise Invalid({"choices": [N_("至少要有两个选项")]})


def _edit(session: Session, form_id: int, step: Step, said: str = "") -> ResponseReturnValue:
    commands.edit_draft(session, form_id, step, actor=edge.actor(), at=clock.now())
    return to_form(form_id, said)


def _step(form_id: int, step: Step, anchor: str = "") -> ResponseReturnValue:
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.edit_draft(session, form_id, step, actor=edge.actor(), at=at)
        return redirect(url_for("staff.form", form_id=form_id, _anchor=anchor or None), 303)

    return edge.write(effect)


def _place() -> int:
    asked = request.values.get("page", "0")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0


def _offered(card: FormCard) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What may be asked still, by heading: kind, own field, words."""
    document, fields = documents.read(card.draft), queries.list_askable(edge.read())
    taken = {each.field for each in document if each.kind == "own"}
    found = []
    for group in GROUPS:
        rows = [
            (kind.name, "", str(_(form_words.KINDS[kind.name])))
            for kind in KINDS.values()
            if kind.group == group and kind.name != "own" and not (kind.once and document.asks(kind.name))
        ]
        if group == "own":
            rows = [("own", key, own_fields.label(field)) for key, field in fields.items() if key not in taken]
        if rows:
            found.append((str(_(form_words.GROUPS[group])), rows))
    return found


def _stored(card: FormCard, key: str) -> dict[str, Any]:
    questions, place = edits.find(card.draft, key)
    told = dict(questions[place])
    only_if = told.get("only_if")
    ticked = [f"{only_if['question']}={each}" for each in only_if["any_of"]] if only_if else []
    return {**told, "any_of": ticked}


def _question(card: FormCard, key: str | None, form: Form) -> str:
    document, fields = documents.read(card.draft), queries.list_askable(edge.read())
    kind = form.value("kind")
    rows = choices_of(form.all) or form.value("choices") or []
    return page(
        "question",
        card=card,
        key=key,
        place=_place(),
        form=form,
        kind=KINDS[kind if kind in KINDS else "text"],
        default=form_words.label(Question(key or "", kind if kind in KINDS else "text", field=form.value("field"))),
        choices=[
            *(each for each in rows if each["zh"]),
            *({"key": "", "zh": "", "en": ""} for _row in range(EMPTY_ROWS)),
        ],
        deciding=_deciding(document, key, fields),
    )


def _deciding(document: Document, key: str | None, fields: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Questions before this one that a condition can look at, each with what may have been answered."""
    before = [each for each in document.before(key or "") if documents.possible(each, fields)]
    return [
        (form_words.label(each), [(f"{each.key}={answer}", words) for answer, words in form_words.choices(each)])
        for each in before
    ]
