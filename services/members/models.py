"""Members, their search terms, consents, registration links and facts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class RegistrationLink(Model):
    """A link (and its QR) by which people join: one per store and channel, so that the owner sees what works."""

    __tablename__ = "registration_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    source: Mapped[str]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Member(Model):
    """One member. `phone` is E.164 and unique among the living; `number` finds a member but never spends. `phone_lost_at` is since when the
    number that was theirs is somebody else's: then there is none until they tell another. `merged_into` is the card
    that lives on as this one, never one that was merged itself."""

    __tablename__ = "members"
    __table_args__ = (
        Index("ix_members_wechat_id", "wechat_id"),
        CheckConstraint("birthday_month IS NULL OR birthday_month BETWEEN 1 AND 12", name="month"),
        Index("ix_members_joined", "joined_at", "id"),
        Index("ix_members_birthday_name", "birthday_month", "birthday_day", "name"),
        Index(
            "ix_members_phone_living",
            "phone",
            unique=True,
            sqlite_where=text("archived_at IS NULL"),
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    phone_verified_at: Mapped[datetime | None]
    phone_lost_at: Mapped[datetime | None]
    name: Mapped[str]
    gender: Mapped[str] = mapped_column(default="unknown")
    birthday_calendar: Mapped[str | None]
    birthday_month: Mapped[int | None]
    birthday_day: Mapped[int | None]
    birthday_leap: Mapped[bool] = mapped_column(default=False)
    birthday_year: Mapped[int | None]
    birthday_changed_at: Mapped[datetime | None]
    wechat_id: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), index=True)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    registration_link_id: Mapped[int | None] = mapped_column(ForeignKey("registration_links.id"), index=True)
    note: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    joined_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(index=True)


class MemberSearchTerm(Model):
    """One string that finds a member: a tail of the name, of its pinyin initials, of the phone, or the number.

    A search for any part is then a prefix look-up on one index, alike on every engine and at a million members: on PostgreSQL
    the collation "C" compares bytes, as SQLite does, so that a range is a prefix.
    """

    __tablename__ = "member_search_terms"

    term: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class ConsentText(Model):
    """The words of one purpose as the owner published them; never changed afterwards. `anew`: who agreed before is asked again."""

    __tablename__ = "consent_texts"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[str]
    words: Mapped[str]
    anew: Mapped[bool]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime]


class Consent(Model):
    """What a member agreed to, and when it ended: given once, ended once, never written over. `text_hash` fixes the wording of `version`;
    `text_id` is None for our own words. Ways: registration_page, counter (spoken), paper, member_app, api, import; an end also erasure
    and import (one that was taken back)."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "ix_consents_holding",
            "kind",
            "member_id",
            "text_id",
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    kind: Mapped[str]
    version: Mapped[str]
    text_hash: Mapped[str]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("consent_texts.id"))
    way: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_way: Mapped[str | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class MemberFacts(Model):
    """One row of figures per member; what lists and segments look at. `spent` is fen, net of refunds. `seen_at` is when they were last in
    a session that is forgotten by now.

    Orders and money are counted at once by reactions, `living` with the card. What follows was worked out anew since `due_at` was last
    empty (services/segments): `visits` are days on which they bought, `rhythm` the days between two on average; `weekday` (0 Monday),
    `hour` and `weekends` (percent) of their orders in the shop's zone; what they bought most; orders and money of the last 365 days; when
    the birthday and a child's next milestone are kept; the RFM class when the month began.
    """

    __tablename__ = "member_facts"
    __table_args__ = (
        Index(
            "ix_member_facts_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    orders: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)
    first_order_at: Mapped[datetime | None]
    last_order_at: Mapped[datetime | None] = mapped_column(index=True)
    seen_at: Mapped[datetime | None]
    living: Mapped[bool] = mapped_column(default=True, server_default=true(), deferred=True)
    due_at: Mapped[datetime | None] = mapped_column(deferred=True)
    visits: Mapped[int] = mapped_column(default=0, server_default="0", deferred=True)
    rhythm: Mapped[int | None] = mapped_column(deferred=True)
    weekday: Mapped[int | None] = mapped_column(deferred=True)
    hour: Mapped[int | None] = mapped_column(deferred=True)
    weekends: Mapped[int | None] = mapped_column(deferred=True)
    favourite_product_id: Mapped[int | None] = mapped_column(index=True, deferred=True)
    favourite_category_id: Mapped[int | None] = mapped_column(deferred=True)
    orders_year: Mapped[int] = mapped_column(default=0, server_default="0", deferred=True)
    spent_year: Mapped[int] = mapped_column(default=0, server_default="0", deferred=True)
    birthday_on: Mapped[date | None] = mapped_column(Date, index=True, deferred=True)
    milestone: Mapped[str | None] = mapped_column(deferred=True)
    milestone_on: Mapped[date | None] = mapped_column(Date, index=True, deferred=True)
    rfm_before: Mapped[str | None] = mapped_column(deferred=True)


class OwnCard(Model):
    """The member card of somebody who works here: what they ring up for themselves stands out
    (services/dealing), and they merge it with no other."""

    __tablename__ = "own_cards"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    noted_at: Mapped[datetime]
