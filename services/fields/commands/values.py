"""Writing answers: a part of the commands that open and change what they belong to."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from services.fields import rules
from services.fields.models import Field, FieldValue
from services.fields.queries import list_fields, load_values
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_

WITHHELD = ["•••", "•••"]  # a private answer is not told to whoever may read the log


def write_values(
    session: Session,
    subject: str,
    subject_id: int,
    sent: Mapping[str, Any],
    *,
    actor: Actor,
    asked: Collection[str] = (),
    complete: bool = True,
) -> dict[str, list[Any]]:
    """Keep what was answered, by key: what is empty is taken away, what is not sent stays. Three queries and one per changed field.

    Returns `[before, after]` of what changed under `fields.<key>`, for the audit line of the command that this is a part of. Raises Invalid
    with the mistakes under the same names; a field that the actor may not see is none, but for those that were `asked` of them (a form of
    the shop's). Of private answers only that they changed is told. Where it need not be `complete`, what is required may be empty: so it
    was before.
    """
    if not sent:
        return {}
    fields = {each.key: each for each in list_fields(session, subject) if each.visible_to(actor) or each.key in asked}
    held = load_values(session, list(fields.values()), [subject_id]).get(subject_id, {})
    read: dict[str, rules.Value | None] = {}
    wrong: dict[str, list[str]] = {}
    for key, typed in sent.items():
        field = fields.get(key)
        try:
            if field is None:
                raise ValueError(N_("没有这个字段"))
            read[key] = rules.read(field.kind, typed, field.choices, held.get(key))
            if read[key] is None and field.required and complete:
                raise ValueError(N_("请填写"))
        except ValueError as error:
            wrong[f"fields.{key}"] = [str(error)]
    if wrong:
        raise Invalid(wrong)
    changes = {}
    for key, value in read.items():
        if value != held.get(key):
            field = fields[key]
            _replace(session, field.id, subject_id, rules.to_rows(field.kind, value))
            before, after = (rules.told(field.kind, each) for each in (held.get(key), value))
            changes[f"fields.{key}"] = [before, after] if field.seen_by != "private" else WITHHELD
    return changes


def forget_values(session: Session, subject: str, ids: Collection[int] | Select[int]) -> None:
    """Take away everything that was answered about these subjects, to fields that were put away too."""
    fields = select(Field.id).where(Field.subject == subject)
    session.execute(delete(FieldValue).where(FieldValue.subject_id.in_(ids), FieldValue.field_id.in_(fields)))


def _replace(session: Session, field_id: int, subject_id: int, rows: list[rules.Row]) -> None:
    session.execute(delete(FieldValue).where(FieldValue.field_id == field_id, FieldValue.subject_id == subject_id))
    if rows:
        told = [
            {
                "field_id": field_id,
                "subject_id": subject_id,
                "position": place,
                "words": words,
                "number": number,
                "day": day,
            }
            for place, (words, number, day) in enumerate(rows)
        ]
        session.execute(insert(FieldValue), told)
