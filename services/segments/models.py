"""Saved segments, tags and who has them, and what of each product somebody bought. The facts of a member are services/members' own row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Segment(Model):
    """Conditions under a name; `conditions` is a tree in JSON (rules/trees.py). `preset`: from which one of ours it was made."""

    __tablename__ = "segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    conditions: Mapped[dict[str, Any]]
    preset: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Tag(Model):
    """What members are tagged with: by hand, or by a `rule` (a tree in JSON). `colour` is a tone of the kit, `grouping` what it stands
    under in lists; `followed_at`: when all members were last put to its rule (None: still to be done)."""

    __tablename__ = "tags"
    __table_args__ = (
        Index(
            "ix_tags_name_living",
            "name",
            unique=True,
            sqlite_where=text("archived_at IS NULL"),
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    colour: Mapped[str]
    grouping: Mapped[str] = mapped_column(default="")
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    preset: Mapped[str | None]
    followed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class MemberTag(Model):
    """A tag of a member: since when, and who put it on (`system`: its rule)."""

    __tablename__ = "member_tags"
    __table_args__ = (Index("ix_member_tags_tag", "tag_id", "member_id"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    added_at: Mapped[datetime]


class MemberProduct(Model):
    """How many pieces of a product, sold under a category (0: under none), a member has bought and not given back; first and last day."""

    __tablename__ = "member_products"
    __table_args__ = (
        Index("ix_member_products_product", "product_id", "member_id", "last_on", "pieces"),
        Index("ix_member_products_category", "category_id", "member_id", "last_on", "pieces"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(primary_key=True)
    pieces: Mapped[int]
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)


class FollowMark(Model):
    """Up to which day of the shop something that ages was followed: `facts`, `tags`, `rfm`."""

    __tablename__ = "follow_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
