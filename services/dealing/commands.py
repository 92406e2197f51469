"""Saying that a finding was looked at, and which member card is whose who works here."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.dealing.models import DealingReview
from services.dealing.permissions import DEALING_READ
from services.dealing.queries import find_finding
from services.identity.permissions import STAFF_CHANGE
from services.identity.queries import require_reach
from services.members.models import OwnCard
from services.members.permissions import MEMBERS_READ
from services.members.queries import find_member_by_number, find_member_by_phone
from services.shared.actors import EVERYTHING, Actor
from services.shared.refusals import Invalid
from services.shared.wiping import Traces, wipe
from services.shared.words import N_


def review_finding(session: Session, key: str, note: str, *, actor: Actor, at: datetime) -> DealingReview:
    """Note that `actor` looked at a finding and found it fine, and why; the first look stays. Nobody but an owner clears what is about
    themselves.

    Raises Forbidden, Invalid for a finding that is not there.
    """
    actor.require(DEALING_READ)
    view = find_finding(session, key, actor=actor)
    if view is None:
        raise Invalid({"finding": [N_("没有这一条了，请刷新再看")]})
    finding = view.finding
    if actor.kind == "staff" and actor.id == finding.staff_id and EVERYTHING not in actor.permissions:
        raise Invalid({"finding": [N_("这一条说的是您自己，请让别人来看")]})
    known = session.scalar(select(DealingReview).where(DealingReview.key == key))
    if known is not None:
        return known
    review = DealingReview(key=key, note=note, reviewed_by=actor.id if actor.kind == "staff" else None, reviewed_at=at)
    session.add(review)
    session.flush()
    audit.record(
        session, "dealing:review", ("dealing_review", review.id), actor=actor, at=at, store_id=finding.store_id,
        member_id=finding.member_id, changes={"finding": key, "note": note},
    )  # fmt: skip
    return review


def note_own_card(session: Session, staff_id: int, typed: str, *, actor: Actor, at: datetime) -> OwnCard:
    """The card with this phone or member number is that of this person: what they ring up for themselves stands out.

    Raises Forbidden, NotFound for a person out of reach, Invalid beside `card` where there is no such card.
    """
    actor.require(STAFF_CHANGE)
    actor.require(MEMBERS_READ)
    require_reach(session, staff_id, actor=actor)
    card = find_member_by_phone(session, typed) or find_member_by_number(session, typed)
    if card is None:
        raise Invalid({"card": [N_("没有找到这位会员，请输入手机号或会员号")]})
    own = session.get(OwnCard, staff_id) or OwnCard(staff_id=staff_id)
    own.member_id, own.noted_at = card.id, at
    session.add(own)
    session.flush()
    audit.record(session, "own_cards:note", ("staff", staff_id), actor=actor, at=at, member_id=card.id)
    return own


def drop_own_card(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> None:
    """It was not theirs, or they have none any more. Nothing happens where none is noted."""
    actor.require(STAFF_CHANGE)
    require_reach(session, staff_id, actor=actor)
    own = session.get(OwnCard, staff_id)
    if own is not None:
        session.delete(own)
        audit.record(session, "own_cards:drop", ("staff", staff_id), actor=actor, at=at, member_id=own.member_id)


def forget_own_card(session: Session, member_id: int) -> None:
    """Who was erased is nobody's card."""
    session.execute(delete(OwnCard).where(OwnCard.member_id == member_id))


def forget_words_of_reviews(session: Session, traces: Traces) -> None:
    """Take what names an erased member out of what was noted."""
    wipe(session, DealingReview, ("note",), traces)
