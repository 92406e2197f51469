"""The shop's own fields and their values."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Field(Model):
    """A question that the shop asks of one kind of subject. `choices` are `{"key", "zh", "en", "archived"}`, in order. `seen_by`: staff
    (all of them) or private. `indexed_to`: where `searchable` was switched, the member whose search terms were rewritten last; None when
    all are."""

    __tablename__ = "fields"
    __table_args__ = (
        UniqueConstraint("subject", "key"),
        CheckConstraint("subject IN ('member', 'child', 'order', 'product')", name="subject"),
        CheckConstraint(
            "kind IN ('text', 'number', 'money', 'date', 'choice', 'choices', 'yes_no', 'phone', 'photo')", name="kind"
        ),
        CheckConstraint("seen_by IN ('staff', 'private')", name="seen_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    label_zh: Mapped[str]
    label_en: Mapped[str] = mapped_column(default="")
    help: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[Any]] = mapped_column(default=list)
    shown_form: Mapped[bool] = mapped_column(default=True)
    shown_counter: Mapped[bool] = mapped_column(default=False)
    shown_member: Mapped[bool] = mapped_column(default=False)
    seen_by: Mapped[str] = mapped_column(default="staff")
    searchable: Mapped[bool] = mapped_column(default=False)
    indexed_to: Mapped[int | None]
    position: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class FieldValue(Model):
    """One answer, or one of several (`position` counts them from 0). By kind: `words` (text, phone in E.164, a choice's key, a photo's file
    name), `number` (thousandths; fen; 1 for yes and 0 for no) or `day`. Each column stands in an index behind its field, for segments."""

    __tablename__ = "field_values"
    __table_args__ = (
        Index("ix_field_values_number", "field_id", "number", "subject_id"),
        Index("ix_field_values_words", "field_id", "words", "subject_id"),
        Index("ix_field_values_day", "field_id", "day", "subject_id"),
    )

    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field_id: Mapped[int] = mapped_column(ForeignKey("fields.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, default=0)
    words: Mapped[str | None]
    number: Mapped[int | None]
    day: Mapped[date | None] = mapped_column(Date)
