"""Adding and changing fields: rows, never a migration."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.fields import rules
from services.fields.models import Field
from services.fields.permissions import FIELDS_CHANGE
from services.fields.queries import has_values
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

MOST = 60  # of one kind of subject, that are in use
FIXED = ("subject", "kind")  # of a field that was answered


def create_field(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Field:
    """Add a field behind those that there are; a key that is not told is made from the label. Raises Invalid."""
    actor.require(FIELDS_CHANGE)
    subject = data["subject"]
    taken = set(session.scalars(select(Field.key).where(Field.subject == subject)))
    if data.get("key") in taken:
        raise Invalid({"key": [N_("已经有一个了，换一个试试")]})
    _require_room(session, subject)
    last = session.scalar(select(func.max(Field.position)).where(Field.subject == subject)) or 0
    key = data.get("key") or rules.key_of(data["label_en"] or data["label_zh"], taken)
    field = Field(
        **{**data, "key": key, "choices": _keyed(data["choices"], [])}, position=last + 1, created_at=at, changed_at=at
    )
    _require_sense(field)
    session.add(field)
    session.flush()
    changes = {"subject": subject, "kind": field.kind, "key": key, "label_zh": field.label_zh}
    audit.record(session, "fields:create", ("field", field.id), actor=actor, at=at, changes=changes)
    return field


def change_field(session: Session, field_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Field:
    """Change some of a field. Its key never changes, its kind not once somebody answered; a choice that is left out is put away, and what
    was answered with it stays. Raises NotFound, Invalid."""
    actor.require(FIELDS_CHANGE)
    field = _hold(session, field_id)
    told = dict(data)
    if told.pop("key", None) not in (None, "", field.key):
        raise Invalid({"key": [N_("定了就不能改，程序靠它认这个字段")]})
    if "choices" in told:
        told["choices"] = _keyed(told["choices"], field.choices)
    changes = {name: [getattr(field, name), new] for name, new in told.items() if getattr(field, name) != new}
    fixed = [name for name in FIXED if name in changes]
    if fixed and has_values(session, field.id):
        raise Invalid({fixed[0]: [N_("已经有人填过，不能换了；停用它，再加一个新的")]})
    if "subject" in changes:
        raise Invalid({"subject": [N_("加好以后不能换，停用它，再加一个新的")]})
    if not changes:
        return field
    for name in changes:
        setattr(field, name, told[name])
    _require_sense(field)
    if "searchable" in changes:
        field.indexed_to = 0
    field.changed_at = at
    audit.record(session, "fields:change", ("field", field.id), actor=actor, at=at, changes=changes)
    return field


def archive_field(session: Session, field_id: int, *, actor: Actor, at: datetime) -> Field:
    """Ask no more; what was answered stays. Done twice it changes nothing. Raises NotFound."""
    actor.require(FIELDS_CHANGE)
    field = _hold(session, field_id)
    if field.archived_at is None:
        field.archived_at, field.changed_at = at, at
        field.indexed_to = 0 if field.searchable else field.indexed_to
        audit.record(session, "fields:archive", ("field", field.id), actor=actor, at=at)
    return field


def restore_field(session: Session, field_id: int, *, actor: Actor, at: datetime) -> Field:
    """Ask again. Raises NotFound, Invalid where there are too many by now."""
    actor.require(FIELDS_CHANGE)
    field = _hold(session, field_id)
    if field.archived_at is not None:
        _require_room(session, field.subject)
        field.archived_at, field.changed_at = None, at
        field.indexed_to = 0 if field.searchable else field.indexed_to
        audit.record(session, "fields:restore", ("field", field.id), actor=actor, at=at)
    return field


def sort_fields(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Put the fields (of one kind of subject) into the order of `ids`. Raises NotFound."""
    actor.require(FIELDS_CHANGE)
    rows = {row.id: row for row in session.scalars(select(Field).where(Field.id.in_(ids)))}
    if len(rows) < len(set(ids)):
        raise NotFound("field_not_found")
    for place, field_id in enumerate(ids, 1):
        rows[field_id].position = place
    audit.record(session, "fields:sort", ("field", None), actor=actor, at=at, changes={"order": list(ids)})


def note_indexed(session: Session, field_id: int, subject_id: int | None) -> None:
    """Remember how far the search terms follow this field: up to `subject_id`, or (None) to the end."""
    _hold(session, field_id).indexed_to = subject_id


def _hold(session: Session, field_id: int) -> Field:
    field = session.get(Field, field_id, with_for_update=True)
    if field is None:
        raise NotFound("field_not_found")
    return field


def _require_room(session: Session, subject: str) -> None:
    living = select(func.count(Field.id)).where(Field.subject == subject, Field.archived_at.is_(None))
    if (session.scalar(living) or 0) >= MOST:
        raise Invalid({"subject": [N_("字段太多了，先停用不用的")]})


def _require_sense(field: Field) -> None:
    """What does not go together is told beside what was chosen last."""
    wrong: dict[str, list[str]] = {}
    if field.kind in rules.CHOOSING and not [each for each in field.choices if not each["archived"]]:
        wrong["choices"] = [N_("至少要有一个选项")]
    if field.searchable and field.kind not in rules.SEARCHABLE:
        wrong["searchable"] = [N_("只有文字和电话可以搜索")]
    if field.searchable and field.seen_by == "private":
        wrong["searchable"] = [N_("只给部分人看的内容不能用来搜索，不然一搜就知道了")]
    if field.searchable and field.subject not in ("member", "product"):
        wrong["searchable"] = [N_("只有会员和商品可以按自己的字段搜索")]
    if wrong:
        raise Invalid(wrong)


def _keyed(sent: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The choices as sent, each with a key; those that were there and are not sent any more stay at the end, put away. One that is written
    again takes up its old key."""
    known = {each["key"]: each for each in kept}
    sent_keys = {each["key"] for each in sent if each.get("key")}
    taken = {*known, *sent_keys}
    made = []
    for each in sent:
        again = next((old["key"] for old in kept if old["zh"] == each["zh"] and old["key"] not in sent_keys), "")
        key = each.get("key") or again or rules.key_of(each["en"] or each["zh"], taken)
        taken.add(key)
        made.append({"key": key, "zh": each["zh"], "en": each["en"], "archived": each.get("archived", False)})
    here = {each["key"] for each in made}
    return made + [{**each, "archived": True} for key, each in known.items() if key not in here]
