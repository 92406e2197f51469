"""字段: what the shop asks of members, children, orders and products beyond what everybody does; a row, never a migration."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import pre_load, validate
from sqlalchemy.orm import Session

from services.fields import commands, queries
from services.fields.permissions import FIELDS_CHANGE
from services.fields.queries import FieldCard
from services.fields.rules import CHOOSING
from services.fields.schemas import FieldIn
from services.shared import clock
from services.shared.fields import Text
from services.shared.words import N_
from services.stores.permissions import SETTINGS_READ
from webapp.staff import blueprint, sorting
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form
from webapp.web.own_fields import KINDS, SUBJECTS

SWITCHES = ("required", "shown_form", "shown_counter", "shown_member", "searchable")
EMPTY_ROWS = 4  # for choices that are still to be written


class FieldForm(FieldIn):
    """The editor: switches that are off send nothing, choices have flat names (`choices-0-zh`)."""

    kind = Text(required=True, validate=validate.OneOf(tuple(KINDS), error=N_("请从列表里选")))

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        switches = {name: name in values for name in SWITCHES}
        seen_by = "private" if "private" in values else "staff"
        chosen = _choices(values) if values.get("kind") in CHOOSING else []
        return {**values, **switches, "seen_by": seen_by, "choices": [each for each in chosen if each["zh"].strip()]}


@blueprint.get("/settings/fields")
@guards.staff(SETTINGS_READ)
def own_fields() -> str:
    """The fields of one kind of thing (`?subject=`)."""
    return _page("list", _subject(), show="list")


@blueprint.get("/settings/fields/new")
@guards.staff(FIELDS_CHANGE)
def new_field() -> str:
    """An empty field."""
    subject = _subject()
    return _page("edit", subject, form=Form({"subject": subject, "kind": "text", "shown_form": True}), field=None)


@blueprint.post("/settings/fields/new")
@guards.staff(FIELDS_CHANGE)
def create_field() -> ResponseReturnValue:
    """Add it: the forms ask from now on."""
    at, typed = clock.now(), forms.typed()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        field = commands.create_field(session, data, actor=edge.actor(), at=at)
        return _back(field.subject, _("加好了「%(name)s」", name=field.label_zh))

    return forms.submit(FieldForm, perform, lambda form: _page("edit", _subject(), form=form, field=None), values=typed)


@blueprint.get("/settings/fields/<int:field_id>")
@guards.staff(FIELDS_CHANGE)
def field(field_id: int) -> str:
    """One field, in fields."""
    card = queries.get_field(edge.read(), field_id)
    return _page("edit", card.subject, form=Form(_stored(card)), field=card)


@blueprint.post("/settings/fields/<int:field_id>")
@guards.staff(FIELDS_CHANGE)
def change_field(field_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, card = clock.now(), queries.get_field(edge.read(), field_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_field(session, field_id, data, actor=edge.actor(), at=at)
        return _back(card.subject, _("改好了"))

    typed = forms.typed() | {"subject": card.subject}
    return forms.submit(
        FieldForm, perform, lambda form: _page("edit", card.subject, form=form, field=card), values=typed
    )


@blueprint.post("/settings/fields/<int:field_id>/archive")
@guards.staff(FIELDS_CHANGE)
def archive_field(field_id: int) -> ResponseReturnValue:
    """Ask no more; what was answered stays."""
    undo = url_for("staff.restore_field", field_id=field_id)
    return _do(commands.archive_field, field_id, _("停用了，填过的都还在"), undo=undo)


@blueprint.post("/settings/fields/<int:field_id>/restore")
@guards.staff(FIELDS_CHANGE)
def restore_field(field_id: int) -> ResponseReturnValue:
    """Ask again."""
    return _do(commands.restore_field, field_id, _("又用上了"))


@blueprint.get("/settings/fields/sort")
@guards.staff(FIELDS_CHANGE)
def sort_fields() -> str:
    """The fields of one kind of thing, to be put in order."""
    subject = _subject()
    items = [{"id": each.id, "name": each.label_zh} for each in queries.list_fields(edge.read(), subject)]
    back = url_for("staff.own_fields", subject=subject)
    return render_template("staff/products/sort.html", title=_("字段的顺序"), back=back, items=items)


@blueprint.post("/settings/fields/sort")
@guards.staff(FIELDS_CHANGE)
def save_order_of_fields() -> ResponseReturnValue:
    """Keep the order."""
    at, ids, subject = clock.now(), sorting.order(), _subject()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sort_fields(session, ids, actor=edge.actor(), at=at)
        if sorting.by_arrow():
            return redirect(url_for("staff.sort_fields", subject=subject), 303)
        return _back(subject, _("顺序记下了"))

    return edge.write(effect)


@blueprint.get("/settings/fields/example")
@guards.staff(FIELDS_CHANGE)
def field_example() -> str:
    """How the field that is being written will look."""
    return render_template("staff/fields/_example.html", example=_example(request.args), example_form=Form())


def _do(command: Any, field_id: int, said: str, *, undo: str = "") -> ResponseReturnValue:
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        field = command(session, field_id, actor=edge.actor(), at=at)
        return _back(field.subject, said, undo=undo)

    return edge.write(effect)


def _back(subject: str, said: str, *, undo: str = "") -> ResponseReturnValue:
    toasts.say(said, undo=undo)
    return redirect(url_for("staff.own_fields", subject=subject), 303)


def _subject() -> str:
    asked = request.values.get("subject", "")
    return asked if asked in SUBJECTS else "member"


def _page(name: str, subject: str, *, show: str = "detail", **values: Any) -> str:
    found = queries.list_fields(edge.read(), subject, archived=True)
    if name == "edit":
        form = values["form"]
        typed = {each: form.value(each) for each in ("label_zh", "label_en", "help", "kind")}
        rows = _choices(form.all) or form.value("choices") or []
        values |= {
            "choices": [each for each in rows if each["zh"]],
            "spare": EMPTY_ROWS,
            "example_form": Form(),
            "kind_options": [(key, _(word)) for key, word in KINDS.items()],
            "example": _example(typed | {"required": form.value("required")}, rows),
        }
    return render_template(
        f"staff/fields/{name}.html",
        show=show,
        subject=subject,
        subjects=SUBJECTS,
        kinds=KINDS,
        choosing=CHOOSING,
        found=found,
        may_change=edge.actor().may(FIELDS_CHANGE),
        **values,
    )


def _stored(card: FieldCard) -> dict[str, Any]:
    names = ("subject", "kind", "key", "label_zh", "label_en", "help", *SWITCHES)
    told = {name: getattr(card, name) for name in names}
    living = [each for each in card.choices if not each["archived"]]
    return told | {"private": card.seen_by == "private", "choices": living}


def _choices(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The flat names of the editor as choices, in the order of the page."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        match name.split("-"):
            case ["choices", number, ("key" | "zh" | "en") as part]:
                found.setdefault(number, {"key": "", "zh": "", "en": ""})[part] = value
    return list(found.values())


def _example(typed: Mapping[str, Any], rows: Any = None) -> FieldCard:
    """A field that is nowhere kept, for the eye."""
    choices = [
        {"key": each["key"] or each["zh"], "zh": each["zh"], "en": each["en"], "archived": False}
        for each in (_choices(typed) if rows is None else rows)
        if each["zh"].strip()
    ]
    kind = str(typed.get("kind", ""))
    return FieldCard(
        id=0, subject="member", kind=kind if kind in KINDS else "text", key="example", label_zh=str(typed.get("label_zh") or _("名称")),
        label_en=str(typed.get("label_en") or ""), help=str(typed.get("help") or ""), required=bool(typed.get("required")),
        choices=tuple(choices), shown_form=True, shown_counter=False, shown_member=False, seen_by="staff", searchable=False,
        archived=False,
    )  # fmt: skip
