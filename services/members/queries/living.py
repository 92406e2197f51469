"""Whether a member is still there, asked at the moment of writing; and whose card one is that was merged."""

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from services.identity.models import ApiToken
from services.members.errors import MemberErased, MemberMerged, OwnCardRefused
from services.members.models import Member, OwnCard
from services.shared import vault
from services.shared.actors import Actor
from services.shared.wiping import GONE


def hold_living(session: Session, member_id: int) -> None:
    """Keep a member from being erased, merged or taken back with an import until this transaction ends. Raises MemberErased,
    MemberMerged where it has happened.

    Called after the member's accounts are locked, never before: an erasure locks them first and the row last.
    """
    row = select(Member.merged_into, Member.name, Member.phone).where(Member.id == member_id)
    found = session.execute(row.with_for_update(read=True, key_share=True)).first()
    taken_back = found is not None and found.phone is None and found.name == GONE
    if taken_back or vault.destroyed_at(session, member_id) is not None:
        raise MemberErased
    if found is not None and found.merged_into is not None:
        raise MemberMerged


def require_unmerged(session: Session, member_id: int) -> None:
    """Raise MemberMerged where the card is part of another: what is to be done is done to that one."""
    if keeper_of(session, member_id) != member_id:
        raise MemberMerged


def keeper_of(session: Session, member_id: int) -> int:
    """The member who lives on as this one: the same, unless the card was merged into another."""
    return session.scalar(select(Member.merged_into).where(Member.id == member_id)) or member_id


def list_own_ids(session: Session, member_id: int) -> list[int]:
    """The member and the cards that were merged into theirs: what stands under any of these is theirs."""
    return sorted({member_id, *session.scalars(select_own_ids(member_id))})


def select_own_ids(member_id: int) -> Select[int]:
    """The same as part of another query."""
    return select(Member.id).where(or_(Member.id == member_id, Member.merged_into == member_id))


def require_not_own(session: Session, member_ids: Collection[int], actor: Actor) -> None:
    """Raise OwnCardRefused where one of these is the card of who acts, by hand or by a token that they made."""
    if actor.kind not in ("staff", "token"):
        return
    maker = select(ApiToken.made_by).where(ApiToken.id == actor.id).scalar_subquery()
    own = OwnCard.staff_id == (actor.id if actor.kind == "staff" else maker)
    if session.scalar(select(OwnCard.staff_id).where(own, OwnCard.member_id.in_(member_ids))) is not None:
        raise OwnCardRefused
