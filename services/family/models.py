"""Children, pregnancies, doses that were given, and the plan as the owner published it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Child(Model):
    """A child of a member. `calendar`: in which one the family keeps the birthday (None: as the shop does). `quiet_at`: since when nothing
    is said of this child any more."""

    __tablename__ = "children"
    __table_args__ = (CheckConstraint("sex IN ('girl', 'boy', 'unknown')", name="sex"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="unknown")
    born_on: Mapped[date] = mapped_column(Date, index=True)
    calendar: Mapped[str | None]
    allergies: Mapped[str] = mapped_column(default="")
    quiet_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Pregnancy(Model):
    """A pregnancy, or the wish for one. `state` is what was told: preparing (without a due date), expecting, born, stopped. `asked_at`:
    when it was asked, once, whether the child is there."""

    __tablename__ = "pregnancies"
    __table_args__ = (
        CheckConstraint("state IN ('preparing', 'expecting', 'born', 'stopped')", name="state"),
        CheckConstraint("state <> 'expecting' OR due_on IS NOT NULL", name="due"),
        Index("ix_pregnancies_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    state: Mapped[str]
    due_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DoseRecord(Model):
    """What was said of one dose of a child: done (on `given_on`, where known) or not needed."""

    __tablename__ = "dose_records"
    __table_args__ = (CheckConstraint("state IN ('done', 'not_needed')", name="state"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("children.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    given_on: Mapped[date | None] = mapped_column(Date)
    noted_at: Mapped[datetime]


class VaccinationPlan(Model):
    """One version of the plan that the owner published; never changed afterwards. `doses` is JSON of rules/vaccinations.py."""

    __tablename__ = "vaccination_plans"
    __table_args__ = (UniqueConstraint("version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str]
    source: Mapped[str]
    doses: Mapped[list[Any]]
    with_optional: Mapped[bool] = mapped_column(default=False)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime]
