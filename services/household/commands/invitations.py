"""A holder asks somebody in by a link: once, for a day. Whoever takes it must be known by their phone, of age, and in no other household.

Two members are locked by their rows, the lower id first: of two who invite each other at the same moment one is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.household.errors import (
    CannotShare,
    HouseholdFull,
    HouseholdOff,
    InvitationGone,
    InvitationNotFound,
    InvitationNotYours,
    OwnInvitation,
)
from services.household.events import HouseholdChanged
from services.household.models import HouseholdInvitation, HouseholdPerson
from services.household.queries.households import find_offer, open_at
from services.household.queries.shares import why_stopped
from services.household.rules import LINK_LIFE, MOST_PEOPLE, Limits, is_minor, limits_of, mistakes
from services.members.models import Member
from services.members.queries import get_member
from services.shared import ids, limits, runtime
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.stores.queries import load_settings

INVITATIONS = limits.Rule("household:invite", most=20, seconds=86400)
JOINS = limits.Rule("household:join", most=10, seconds=3600)


def create_invitation(
    session: Session, holder_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> HouseholdInvitation:
    """Make a link: `kinship`, what is shared, and the `phone` that alone may take it, where one is named.

    Raises HouseholdOff, CannotShare, HouseholdFull, Invalid beside a limit.
    """
    _hold(session, holder_id)
    _require_able(session, holder_id, at)
    if _shares_with_somebody(session, holder_id):
        raise CannotShare("shared")
    open_links = session.scalar(
        select(func.count(HouseholdInvitation.id)).where(HouseholdInvitation.holder_id == holder_id, *open_at(at))
    )
    if _count(session, holder_id) + (open_links or 0) >= MOST_PEOPLE - 1:
        raise HouseholdFull
    shared = require_limits(session, data)
    token, phone = ids.token(), data.get("phone") or ""
    invitation = HouseholdInvitation(
        holder_id=holder_id, member_id=None, kinship=data["kinship"], **vars(shared),
        phone_hash=runtime.keys().hash(phone) if phone else None, token_hash=runtime.keys().hash(token),
        token_sealed=runtime.keys().encrypt(token.encode(), "household_invitation"), created_at=at,
        expires_at=at + LINK_LIFE, ended_at=None,
    )  # fmt: skip
    session.add(invitation)
    session.flush()
    changes = {"kinship": invitation.kinship, **told(shared)}
    audit.record(session, "households:invite", ("member", holder_id), actor=actor, at=at, changes=changes)
    return invitation


def cancel_invitation(session: Session, invitation_id: int, holder_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a link back. Raises InvitationNotFound for somebody else's, and for one that is over."""
    ended = session.execute(
        update(HouseholdInvitation)
        .where(
            HouseholdInvitation.id == invitation_id, HouseholdInvitation.holder_id == holder_id, *open_at(at)
        )
        .values(ended_at=at, token_sealed=None)
    )  # fmt: skip
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise InvitationNotFound
    audit.record(session, "households:withdraw", ("member", holder_id), actor=actor, at=at)


def cancel_open_invitations(session: Session, holder_id: int, *, actor: Actor, at: datetime) -> None:
    """Take back every link of a member; where there is none nothing happens."""
    ended = session.execute(
        update(HouseholdInvitation)
        .where(HouseholdInvitation.holder_id == holder_id, *open_at(at))
        .values(ended_at=at, token_sealed=None)
    )
    if ended.rowcount:  # type: ignore[attr-defined]
        audit.record(session, "households:withdraw", ("member", holder_id), actor=actor, at=at)


def join_household(session: Session, token: str, member_id: int, *, actor: Actor, at: datetime) -> HouseholdPerson:
    """Take a link. Raises InvitationGone (also where the holder cannot share: why is nothing for the taker), OwnInvitation,
    InvitationNotYours, CannotShare, HouseholdFull, HouseholdOff.
    """
    offer = find_offer(session, token, at=at)
    if offer is None:
        raise InvitationGone
    if offer.holder_id == member_id:
        raise OwnInvitation
    _hold(session, offer.holder_id, member_id)
    _require_fit(session, member_id, offer.phone_hash, at)
    if why_stopped(session, offer.holder_id, at=at) or _shares_with_somebody(session, offer.holder_id):
        raise InvitationGone
    if _count(session, offer.holder_id) >= MOST_PEOPLE - 1:
        raise HouseholdFull
    taken = session.execute(
        update(HouseholdInvitation)
        .where(HouseholdInvitation.id == offer.id, *open_at(at))
        .values(ended_at=at, member_id=member_id, token_sealed=None)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise InvitationGone
    person = HouseholdPerson(
        holder_id=offer.holder_id, member_id=member_id, kinship=offer.kinship, **vars(offer.limits), paused_at=None,
        joined_at=at,
    )  # fmt: skip
    session.add(person)
    session.flush()
    changes = {"holder": offer.holder_id, "kinship": offer.kinship, **told(offer.limits)}
    audit.record(session, "households:join", ("member", member_id), actor=actor, at=at, changes=changes)
    announce(
        session,
        HouseholdChanged(offer.holder_id, member_id, offer.kinship, "joined", actor.kind, at.isoformat()),
        at=at,
    )
    return person


def require_limits(session: Session, data: Mapping[str, Any]) -> Limits:
    """The limits that a form told. Raises Invalid beside what is wrong with them."""
    shared = limits_of(data)
    wrong = mistakes(shared, load_settings(session)["household.most_per_day"])
    if wrong:
        raise Invalid(wrong)
    return shared


def told(shared: Limits) -> dict[str, Any]:
    """Limits as an audit line tells them."""
    amounts = {"wallet_per_day": shared.per_day, "wallet_per_payment": shared.per_payment} if shared.wallet else {}
    return {"shares_wallet": shared.wallet, **amounts, "shares_points": shared.points}


def _hold(session: Session, *member_ids: int) -> None:
    rows = select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id)
    session.execute(rows.with_for_update(key_share=True)).all()


def _require_able(session: Session, member_id: int, at: datetime) -> None:
    """Raise what keeps a member from sharing now."""
    why = why_stopped(session, member_id, at=at)
    if why == "off":
        raise HouseholdOff
    if why:
        raise CannotShare(why)


def _require_fit(session: Session, member_id: int, phone_hash: str | None, at: datetime) -> None:
    """Whoever joins has the number that is asked for and proved it, is of age, and neither shares nor is shared with."""
    card = get_member(session, member_id)
    if phone_hash is not None and (card.phone is None or runtime.keys().hash(card.phone) != phone_hash):
        raise InvitationNotYours
    if _shares_with_somebody(session, member_id):
        raise CannotShare("in_household")
    if _count(session, member_id):
        raise CannotShare("sharing")
    if is_minor(card.birthday, local_day(at, load_settings(session).zone)):
        raise CannotShare("minor")
    _require_able(session, member_id, at)


def _shares_with_somebody(session: Session, member_id: int) -> bool:
    """Whether somebody else's account is shared with this member."""
    return session.scalar(select(HouseholdPerson.id).where(HouseholdPerson.member_id == member_id)) is not None


def _count(session: Session, holder_id: int) -> int:
    return session.scalar(select(func.count(HouseholdPerson.id)).where(HouseholdPerson.holder_id == holder_id)) or 0
