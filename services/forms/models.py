"""Forms, their versions and links, what was sent, and what was given for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Form(Model):
    """A form as it is being written: `draft` is a document (rules/documents.py). `version` is what people see, once published; closed
    ones take no more. `daily_most`: submissions a day. The gift: a coupon of a template, points, a tag, each or none."""

    __tablename__ = "forms"
    __table_args__ = (
        CheckConstraint("kind IN ('registration', 'survey', 'event')", name="kind"),
        CheckConstraint("state IN ('draft', 'published', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    words_zh: Mapped[str] = mapped_column(default="")
    words_en: Mapped[str] = mapped_column(default="")
    thanks_zh: Mapped[str] = mapped_column(default="")
    thanks_en: Mapped[str] = mapped_column(default="")
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int | None]
    daily_most: Mapped[int | None]
    gift_template_id: Mapped[int | None] = mapped_column(ForeignKey("coupon_templates.id"))
    gift_points: Mapped[int] = mapped_column(default=0)
    gift_tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FormVersion(Model):
    """What was published; never changed afterwards."""

    __tablename__ = "form_versions"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]


class FormLink(Model):
    """A form at a store: where it hangs (`label`), as which source new members count, and whose it is. The `token` opens it."""

    __tablename__ = "form_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    token: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    source: Mapped[str]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class FormSubmission(Model):
    """What one person sent. States: new (nobody's), applied (the member's own), proposal (said to be a member's), refused.

    `sealed` are the answers, under the member's key or, where there is none, the shop's; empty once refused. Decided by staff, or (None)
    by the member.
    """

    __tablename__ = "form_submissions"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'applied', 'proposal', 'refused')", name="state"),
        Index("ix_form_submissions_form", "form_id", "id"),
        Index("ix_form_submissions_day", "form_id", "submitted_at"),
        Index(
            "ix_form_submissions_waiting",
            "store_id",
            "id",
            sqlite_where=text("state = 'proposal'"),
            postgresql_where=text("state = 'proposal'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[int]
    link_id: Mapped[int] = mapped_column(ForeignKey("form_links.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    state: Mapped[str]
    sealed: Mapped[str]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class FormGift(Model):
    """That a member got the gift of a form: once, whatever they send."""

    __tablename__ = "form_gifts"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("form_submissions.id"))
    given_at: Mapped[datetime]
