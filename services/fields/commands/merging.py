"""Answers go from one card to another of the same person, where nothing was answered yet."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.fields.models import Field, FieldValue


def hand_on_values(session: Session, from_id: int, to_id: int, *, field_ids: Sequence[int] | None = None) -> list[int]:
    """Answers of a member to fields that the other card left open, or to just these `field_ids` (on the way back). Which they were."""
    of_members = select(Field.id).where(Field.subject == "member")
    answered = select(FieldValue.field_id).where(FieldValue.subject_id == to_id)
    query = select(FieldValue.field_id).where(
        FieldValue.subject_id == from_id, FieldValue.field_id.in_(of_members), FieldValue.field_id.not_in(answered)
    )
    if field_ids is not None:
        query = query.where(FieldValue.field_id.in_(field_ids))
    moved = sorted(set(session.scalars(query)))
    here = (FieldValue.subject_id == from_id, FieldValue.field_id.in_(moved))
    session.execute(update(FieldValue).where(*here).values(subject_id=to_id))
    return moved
