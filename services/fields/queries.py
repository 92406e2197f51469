"""Reading fields and values: one query for the questions, one for the answers, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from services.fields import rules
from services.fields.models import Field, FieldValue
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.fields.rules import Value
from services.shared.actors import Actor
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class FieldCard:
    """A field as pages and programs see it (models.py says what each part means)."""

    id: int
    subject: str
    kind: str
    key: str
    label_zh: str
    label_en: str
    help: str
    required: bool
    choices: tuple[Mapping[str, Any], ...]
    shown_form: bool
    shown_counter: bool
    shown_member: bool
    seen_by: str
    searchable: bool
    archived: bool

    def visible_to(self, actor: Actor) -> bool:
        """Whether this person or program may see and fill in the answers: a member what their app shows, staff all but private ones."""
        if actor.kind == "member":
            return self.shown_member
        return self.seen_by != "private" or actor.may(FIELDS_READ_PRIVATE)

    def label(self, language: str) -> str:
        """The label in this language, in Chinese where there is no other."""
        return (self.label_en if language == "en" else "") or self.label_zh

    def choice(self, key: str, language: str) -> str:
        """A choice's words in this language; the key itself of one that never was."""
        found = next((each for each in self.choices if each["key"] == key), {"zh": key, "en": ""})
        return str((found["en"] if language == "en" else "") or found["zh"])


@dataclass(frozen=True)
class Filled:
    """A field with the answer of one subject; None where there is none."""

    field: FieldCard
    value: Value | None


def list_fields(session: Session, subject: str = "", *, archived: bool = False) -> list[FieldCard]:
    """The fields (of one kind of subject) in the shop's order, with those put away at the end where `archived`."""
    query = select(Field).order_by(Field.archived_at.is_not(None), Field.position, Field.id)
    if subject:
        query = query.where(Field.subject == subject)
    if not archived:
        query = query.where(Field.archived_at.is_(None))
    return [_card(row) for row in session.scalars(query)]


def list_field_page(session: Session, subject: str = "", *, after: int | None = None, limit: int) -> list[FieldCard]:
    """All fields, those put away too, by id; `after` is the id where the last page ended."""
    query = select(Field).where(Field.id > (after or 0)).order_by(Field.id).limit(limit)
    return [_card(row) for row in session.scalars(query.where(Field.subject == subject) if subject else query)]


def get_field(session: Session, field_id: int) -> FieldCard:
    """One field, put away or not. Raises NotFound."""
    row = session.get(Field, field_id)
    if row is None:
        raise NotFound("field_not_found")
    return _card(row)


def has_values(session: Session, field_id: int) -> bool:
    """Whether anything was answered to this field."""
    return bool(session.scalar(select(exists().where(FieldValue.field_id == field_id))))


def load_values(
    session: Session, fields: Sequence[FieldCard], subject_ids: Collection[int]
) -> dict[int, dict[str, Value]]:
    """The answers of these subjects, by id and key; what nobody answered is missing. One query."""
    found: defaultdict[int, dict[str, Value]] = defaultdict(dict)
    if not fields or not subject_ids:
        return found
    by_id = {field.id: field for field in fields}
    query = select(FieldValue.subject_id, FieldValue.field_id, FieldValue.words, FieldValue.number, FieldValue.day)
    query = query.where(FieldValue.subject_id.in_(subject_ids), FieldValue.field_id.in_(by_id))
    rows: defaultdict[tuple[int, int], list[rules.Row]] = defaultdict(list)
    for subject_id, field_id, words, number, day in session.execute(query.order_by(FieldValue.position)):
        rows[subject_id, field_id].append((words, number, day))
    for (subject_id, field_id), parts in rows.items():
        field = by_id[field_id]
        value = rules.of_rows(field.kind, parts)
        if value is not None:
            found[subject_id][field.key] = value
    return found


def list_filled(session: Session, subject: str, subject_id: int, *, actor: Actor) -> list[Filled]:
    """Every field that `actor` may see, with this subject's answer. Two queries."""
    fields = [field for field in list_fields(session, subject) if field.visible_to(actor)]
    values = load_values(session, fields, [subject_id]).get(subject_id, {})
    return [Filled(field, values.get(field.key)) for field in fields]


def tell_values(
    session: Session, subject: str, subject_ids: Collection[int], *, actor: Actor
) -> dict[int, dict[str, Any]]:
    """The answers as JSON carries them, of every field that `actor` may see (None: not answered), by id and key. Two queries."""
    fields = [field for field in list_fields(session, subject) if field.visible_to(actor)]
    values = load_values(session, fields, subject_ids)
    return {
        each: {field.key: rules.told(field.kind, values.get(each, {}).get(field.key)) for field in fields}
        for each in subject_ids
    }


def list_searched(session: Session, subject: str, subject_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """What finds these subjects: kind and words of their answers to searchable fields, by id. One query."""
    query = (
        select(FieldValue.subject_id, Field.kind, FieldValue.words)
        .join(Field, Field.id == FieldValue.field_id)
        .where(FieldValue.subject_id.in_(subject_ids), Field.subject == subject, Field.searchable, FieldValue.words.is_not(None))
    )  # fmt: skip
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for subject_id, kind, words in session.execute(query.where(Field.archived_at.is_(None))):
        found[subject_id].append((kind, words or ""))
    return found


def is_found_by(subject: str, subject_id: Any, like: str) -> ColumnElement[bool]:
    """A condition: an answer to a searchable field matches `like` (escaped by a backslash)."""
    fields = select(Field.id).where(Field.subject == subject, Field.searchable, Field.archived_at.is_(None))
    found = select(FieldValue.subject_id).where(
        FieldValue.field_id.in_(fields), FieldValue.words.ilike(like, escape="\\")
    )
    return subject_id.in_(found)  # type: ignore[no-any-return]


def _card(row: Field) -> FieldCard:
    return FieldCard(
        id=row.id, subject=row.subject, kind=row.kind, key=row.key, label_zh=row.label_zh, label_en=row.label_en, help=row.help,
        required=row.required, choices=tuple(row.choices), shown_form=row.shown_form, shown_counter=row.shown_counter,
        shown_member=row.shown_member, seen_by=row.seen_by, searchable=row.searchable, archived=row.archived_at is not None,
    )  # fmt: skip
