"""One member as pages and programs see them: the profile and the facts, read in one query."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.members.models import Member, MemberFacts
from services.members.permissions import MEMBERS_PHONES
from services.members.rules import birthdays, phones
from services.members.rules.birthdays import Birthday
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.shared.wiping import GONE

HIGHEST_ID = 2**63 - 1  # what a database can count to


@dataclass(frozen=True)
class MemberCard:
    """What is known of a member. `spent` is fen, net of refunds; `points` and the name of the `tier` are filled in by loyalty's readers,
    `answers` to own fields by the API."""

    id: int
    number: str
    name: str
    phone: str | None
    gender: str
    birthday: Birthday | None
    wechat_id: str
    source: str
    store_id: int | None
    opened_by: int | None
    registration_link_id: int | None
    note: str
    language: str | None
    joined_at: datetime
    archived_at: datetime | None
    orders: int
    spent: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    points: int = 0
    phone_verified_at: datetime | None = None
    phone_lost_at: datetime | None = None
    merged_into: int | None = None
    tier: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown_name(self) -> str:
        """The name, or the masked phone of someone who gave none."""
        return show_name(self.name, self.phone, self.number)

    @property
    def masked_phone(self) -> str:
        """`138 **** 8000`, for lists."""
        return phones.mask(self.phone)

    @property
    def masked_name(self) -> str:
        """`林*`, for lists of people whom nobody has to call; empty where no name was given."""
        return f"{self.name[:1]}*" if self.name else ""

    @property
    def veiled_name(self) -> str:
        """`林*`, or the masked phone of who gave no name: for somebody else of the household."""
        return mask_name(self.name, self.phone, self.number)

    @property
    def whole_phone(self) -> str:
        """`138 0013 8000`, for the member's own page."""
        return phones.show(self.phone) if self.phone and not self.masked else self.masked_phone

    @property
    def erased(self) -> bool:
        """Whether the member was erased: nothing of the person is left."""
        return self.archived and self.phone is None and self.name == GONE

    @property
    def archived(self) -> bool:
        """Whether the card was taken out of use."""
        return self.archived_at is not None

    @property
    def masked(self) -> bool:
        """Whether the card shows the reader less than is known (`as_seen_by`)."""
        return "*" in (self.phone or "")

    def with_points(self, points: int) -> "MemberCard":
        """The same card with a balance of points."""
        return replace(self, points=points)

    def with_answers(self, answers: Mapping[str, Any]) -> "MemberCard":
        """The same card with the answers to own fields."""
        return replace(self, answers=answers)

    def with_tier(self, tier: str | None) -> "MemberCard":
        """The same card with the name of the level."""
        return replace(self, tier=tier)


def as_seen_by(actor: Actor, card: MemberCard) -> MemberCard:
    """The card as `actor` may see it: without `members:phones` the phone is masked, and nobody is told how old a member is."""
    if actor.may(MEMBERS_PHONES):
        return card
    birthday = replace(card.birthday, year=None) if card.birthday else None
    return replace(card, phone=card.masked_phone or None, birthday=birthday)


def show_name(name: str, phone: str | None, number: str = "") -> str:
    """How to call a member: the name, else the masked phone, else the member number."""
    return name or phones.mask(phone) or number


def mask_name(name: str, phone: str | None, number: str = "") -> str:
    """How a member is called where others read it: `林*`, else the masked phone, else the member number."""
    return f"{name[:1]}*" if name else phones.mask(phone) or number


def select_cards() -> Select[Member, MemberFacts]:
    """Every member with the facts; add conditions and read rows with `card`."""
    return select(Member, MemberFacts).join(MemberFacts, MemberFacts.member_id == Member.id)


def card(member: Member, facts: MemberFacts) -> MemberCard:
    """The card of one row of `select_cards`."""
    return MemberCard(
        id=member.id,
        number=member.number,
        name=member.name,
        phone=member.phone,
        gender=member.gender,
        birthday=birthdays.of(vars(member)),
        wechat_id=member.wechat_id,
        source=member.source,
        store_id=member.store_id,
        opened_by=member.opened_by,
        registration_link_id=member.registration_link_id,
        note=member.note,
        language=member.language,
        joined_at=member.joined_at,
        archived_at=member.archived_at,
        orders=facts.orders,
        spent=facts.spent,
        first_order_at=facts.first_order_at,
        last_order_at=facts.last_order_at,
        phone_verified_at=member.phone_verified_at,
        phone_lost_at=member.phone_lost_at,
        merged_into=member.merged_into,
    )


def read_cards(session: Session, query: Select[Member, MemberFacts]) -> list[MemberCard]:
    """The cards of a query made by `select_cards`."""
    return [card(member, facts) for member, facts in session.execute(query)]


def get_member(session: Session, member_id: int) -> MemberCard:
    """One member, archived or not. Raises NotFound."""
    found = get_cards(session, [member_id])
    if not found:
        raise NotFound("member_not_found")
    return found[0]


def get_cards(session: Session, member_ids: Collection[int]) -> list[MemberCard]:
    """The cards of these members in the order asked for; unknown ones are missing. One query."""
    wanted = [member_id for member_id in member_ids if 0 < member_id <= HIGHEST_ID]
    if not wanted:
        return []
    found = {row.id: row for row in read_cards(session, select_cards().where(Member.id.in_(wanted)))}
    return [found[member_id] for member_id in wanted if member_id in found]


def find_member_by_phone(session: Session, typed: str) -> MemberCard | None:
    """The living member with this phone, however it is typed; None for an unknown one and for what is no number."""
    try:
        phone = phones.read_phone(typed)
    except ValueError:
        return None
    return _one(session, select_cards().where(Member.phone == phone, Member.archived_at.is_(None)))


def find_member_by_number(session: Session, typed: str) -> MemberCard | None:
    """The living member with this member number (it finds, it never spends)."""
    number = phones.read_number(typed)
    if number is None:
        return None
    return _one(session, select_cards().where(Member.number == number, Member.archived_at.is_(None)))


def _one(session: Session, query: Select[Member, MemberFacts]) -> MemberCard | None:
    row = session.execute(query).first()
    return card(*row) if row else None


def list_recent_members(session: Session, store_id: int | None = None, limit: int = 8) -> list[MemberCard]:
    """Who was here last: bought or joined; of one home store when named. Two short index reads and one for the cards."""
    home = [] if store_id is None else [Member.store_id == store_id]
    living = [Member.archived_at.is_(None), *home]
    bought = (
        select(Member.id, MemberFacts.last_order_at)
        .join(MemberFacts, MemberFacts.member_id == Member.id)
        .where(MemberFacts.last_order_at.is_not(None), *living)
        .order_by(MemberFacts.last_order_at.desc())
        .limit(limit)
    )
    joined = select(Member.id, Member.joined_at).where(*living).order_by(Member.joined_at.desc()).limit(limit)
    seen: dict[int, datetime] = {}
    for member_id, at in [*session.execute(bought), *session.execute(joined)]:
        seen[member_id] = max(at, seen.get(member_id, at))
    latest = sorted(seen, key=lambda member_id: seen[member_id], reverse=True)
    return get_cards(session, latest[:limit])


def count_of(session: Session, query: Select[Any], most: int) -> int:
    """How many rows `query` has, counted up to `most`."""
    return session.scalar(select(func.count()).select_from(query.limit(most).subquery())) or 0


def get_birthday_near(session: Session, member_id: int, day: date, *, late_leap_day: bool = False) -> date | None:
    """When the member's birthday is kept that lies nearest to `day`; None where none was told. `late_leap_day`: rules/birthdays.py."""
    member = session.get(Member, member_id)
    birthday = birthdays.of(vars(member)) if member is not None else None
    return None if birthday is None else birthdays.nearest(birthday, day, late_leap_day=late_leap_day)
