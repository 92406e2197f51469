"""A household as its people, the shop and a link show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.household.errors import PersonNotFound
from services.household.models import HouseholdInvitation, HouseholdPerson
from services.household.queries.shares import Share, find_share, get_spent_today
from services.household.rules import MOST_PEOPLE, Limits, limits_of
from services.members.queries import get_cards, get_member
from services.shared import runtime
from services.stores.queries import load_settings


@dataclass(frozen=True)
class PersonView:
    """Somebody who shares an account. `limits` are those that hold, `spent_today` fen; `stopped` as in a Share."""

    id: int
    member_id: int
    name: str
    kinship: str
    limits: Limits
    stopped: str
    paused_at: datetime | None
    joined_at: datetime
    spent_today: int

    @property
    def left_today(self) -> int:
        """What may still leave the wallet today."""
        return max(0, self.limits.per_day - self.spent_today)


@dataclass(frozen=True)
class InvitationView:
    """A link that is open, with its clear token, for who made it; `bound`: to a phone number."""

    id: int
    kinship: str
    limits: Limits
    bound: bool
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Offer:
    """What a link offers to whoever opened it."""

    id: int
    holder_id: int
    holder_name: str
    kinship: str
    limits: Limits
    phone_hash: str | None
    expires_at: datetime


@dataclass(frozen=True)
class Household:
    """A household around `holder_id`, seen by one of its people: `me` is that one, None for the holder. Nobody else in it: it is empty."""

    holder_id: int
    holder_name: str
    people: tuple[PersonView, ...]
    invitations: tuple[InvitationView, ...] = ()
    me: PersonView | None = None

    @property
    def room(self) -> int:
        """How many more people there may be, open links counted."""
        return MOST_PEOPLE - 1 - len(self.people) - len(self.invitations)


def get_household(session: Session, member_id: int, *, at: datetime) -> Household:
    """The household that this member holds or is in: a person sees the holder and their own limits, nobody else."""
    mine = session.scalar(select(HouseholdPerson).where(HouseholdPerson.member_id == member_id))
    holder = get_member(session, mine.holder_id if mine else member_id)
    if mine is not None:
        me = _views(session, select(HouseholdPerson).where(HouseholdPerson.id == mine.id), at)[0]
        return Household(holder.id, holder.veiled_name, (), me=me)
    people = _views(session, select(HouseholdPerson).where(HouseholdPerson.holder_id == holder.id), at)
    return Household(holder.id, holder.veiled_name, tuple(people), tuple(list_invitations(session, holder.id, at=at)))


def get_person(session: Session, person_id: int, *, holder_id: int, at: datetime) -> PersonView:
    """One person of a holder's household. Raises PersonNotFound."""
    mine = (HouseholdPerson.id == person_id, HouseholdPerson.holder_id == holder_id)
    found = _views(session, select(HouseholdPerson).where(*mine), at) if 0 < person_id < 2**63 else []
    if not found:
        raise PersonNotFound
    return found[0]


def list_invitations(session: Session, holder_id: int, *, at: datetime) -> list[InvitationView]:
    """The holder's links that are open."""
    rows = session.scalars(
        select(HouseholdInvitation)
        .where(HouseholdInvitation.holder_id == holder_id, *open_at(at))
        .order_by(HouseholdInvitation.id)
    )
    most = load_settings(session)["household.most_per_day"]
    return [
        InvitationView(
            row.id, row.kinship, limits_of(vars(row)).below(most), row.phone_hash is not None, _clear(row.token_sealed),
            row.expires_at,
        )
        for row in rows
    ]  # fmt: skip


def find_offer(session: Session, token: str, *, at: datetime) -> Offer | None:
    """What the link of a token offers; None when it was used, taken back, or is too old."""
    hashed = runtime.keys().hash(token)
    row = session.scalar(select(HouseholdInvitation).where(HouseholdInvitation.token_hash == hashed, *open_at(at)))
    if row is None:
        return None
    limits = limits_of(vars(row)).below(load_settings(session)["household.most_per_day"])
    holder = get_member(session, row.holder_id).veiled_name
    return Offer(row.id, row.holder_id, holder, row.kinship, limits, row.phone_hash, row.expires_at)


def open_at(at: datetime) -> tuple[Any, ...]:
    """An invitation that can still be taken."""
    return (HouseholdInvitation.ended_at.is_(None), HouseholdInvitation.expires_at > at)


def _clear(sealed: bytes | None) -> str:
    return runtime.keys().decrypt(sealed, "household_invitation").decode() if sealed else ""


def _views(session: Session, query: Select[HouseholdPerson], at: datetime) -> list[PersonView]:
    rows = session.scalars(query.order_by(HouseholdPerson.id)).all()
    names = {card.id: card.veiled_name for card in get_cards(session, [row.member_id for row in rows])}
    return [_view(session, row, names, at) for row in rows]


def _view(session: Session, row: HouseholdPerson, names: Mapping[int, str], at: datetime) -> PersonView:
    share = find_share(session, row.member_id, at=at)
    assert isinstance(share, Share)
    return PersonView(
        row.id, row.member_id, names[row.member_id], row.kinship, share.limits, share.stopped, row.paused_at, row.joined_at,
        get_spent_today(session, share, at=at),
    )  # fmt: skip
