"""The word of the second person, and of the first who thinks again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.approvals import acts
from services.approvals.acts import Act
from services.approvals.errors import (
    ApprovalNotFound,
    ApprovalOver,
    DeciderRemade,
    NotYourRequest,
    OwnRequest,
    RequesterLost,
)
from services.approvals.events import ApprovalDecided
from services.approvals.models import Approval
from services.approvals.permissions import APPROVALS_DECIDE, APPROVALS_READ
from services.approvals.queries import are_entwined, is_own, may_decide
from services.approvals.rules import APPROVED, DECLINED, EXPORT, EXPORT_LIFE, KINDS, MERGE, WAITING, WITHDRAWN, state_of
from services.audit import commands as audit
from services.identity.models import ApiToken, Staff
from services.identity.queries import actor_of_staff, actor_of_token
from services.members.queries import require_not_own
from services.shared.actors import Actor
from services.shared.events import announce


def approve(session: Session, approval_id: int, *, actor: Actor, at: datetime) -> Approval:
    """Agree: the act is done in the name of who asked, in this transaction, as if they did it now; an export may then be taken.

    Once, however many agree at the same time. Raises Forbidden, NotFound, OwnRequest, ApprovalOver, RequesterLost, OwnCardRefused,
    and whatever the act is refused for now: then the request goes on waiting.
    """
    approval = _hold_for(session, approval_id, actor, at)
    asker = _asker(session, approval)
    if approval.kind == EXPORT:
        approval.usable_until = at + EXPORT_LIFE
    elif approval.member_id is not None:
        if approval.kind == MERGE:
            require_not_own(session, (approval.member_id, approval.terms["loser_id"]), actor)
        data = {**approval.terms, "reason": approval.reason}
        acts.perform(session, Act(approval.kind, approval.member_id, approval.store_id, data), actor=asker, at=at)
    _decide(approval, APPROVED, actor, at)
    changes = {"kind": approval.kind, "amount": approval.amount, "asked_by": approval.asked_name}
    audit.record(
        session, "approvals:approve", ("approval", approval.id), actor=actor, at=at, store_id=approval.store_id,
        member_id=approval.member_id, changes=changes,
    )  # fmt: skip
    announce(session, ApprovalDecided(approval.id), at=at)
    return approval


def decline(session: Session, approval_id: int, note: str, *, actor: Actor, at: datetime) -> Approval:
    """Do not agree, and say why. Raises Forbidden, NotFound, OwnRequest, ApprovalOver."""
    approval = _hold_for(session, approval_id, actor, at)
    approval.note = note
    _decide(approval, DECLINED, actor, at)
    changes = {"kind": approval.kind, "amount": approval.amount, "asked_by": approval.asked_name, "note": note}
    audit.record(
        session, "approvals:decline", ("approval", approval.id), actor=actor, at=at, store_id=approval.store_id,
        member_id=approval.member_id, changes=changes,
    )  # fmt: skip
    announce(session, ApprovalDecided(approval.id), at=at)
    return approval


def withdraw(session: Session, approval_id: int, *, actor: Actor, at: datetime) -> Approval:
    """Take the own request back. Raises Forbidden, NotFound, ApprovalOver."""
    actor.require(APPROVALS_READ)
    approval = _hold(session, approval_id)
    if not is_own(session, approval, actor):
        raise NotYourRequest
    _require_waiting(approval, at)
    approval.state, approval.decided_at = WITHDRAWN, at
    changes = {"kind": approval.kind, "amount": approval.amount}
    audit.record(
        session, "approvals:withdraw", ("approval", approval.id), actor=actor, at=at, store_id=approval.store_id,
        member_id=approval.member_id, changes=changes,
    )  # fmt: skip
    return approval


def _hold_for(session: Session, approval_id: int, actor: Actor, at: datetime) -> Approval:
    """The request, locked for who may decide it now."""
    actor.require(APPROVALS_DECIDE)
    approval = _hold(session, approval_id)
    if is_own(session, approval, actor):
        raise OwnRequest
    if not may_decide(approval, actor):
        raise ApprovalNotFound
    if are_entwined(session, approval, actor, at=at):
        raise DeciderRemade
    _require_waiting(approval, at)
    return approval


def _hold(session: Session, approval_id: int) -> Approval:
    about = session.execute(
        select(Approval.kind, Approval.member_id, Approval.terms).where(Approval.id == approval_id)
    ).first()
    if about is None:
        raise ApprovalNotFound
    if about.member_id is not None:
        acts.hold(session, about.kind, about.member_id, about.terms)
    return session.scalars(select(Approval).where(Approval.id == approval_id).with_for_update()).one()


def _require_waiting(approval: Approval, at: datetime) -> None:
    if state_of(approval.state, approval.expires_at, at) != WAITING:
        raise ApprovalOver


def _decide(approval: Approval, state: str, actor: Actor, at: datetime) -> None:
    approval.state, approval.decided_by, approval.decided_at = state, actor.id, at


def _asker(session: Session, approval: Approval) -> Actor:
    """Who asked, with what they may do by now. Raises RequesterLost."""
    found = _find_staff(session, approval) if approval.asked_kind == "staff" else _find_token(session, approval)
    if found is None or not found.may(KINDS[approval.kind].permission, approval.store_id):
        raise RequesterLost
    return replace(found, origin=approval.origin)


def _find_staff(session: Session, approval: Approval) -> Actor | None:
    staff = session.get(Staff, approval.asked_by)
    return None if staff is None or staff.disabled_at is not None else actor_of_staff(session, staff)


def _find_token(session: Session, approval: Approval) -> Actor | None:
    token = session.get(ApiToken, approval.asked_by)
    if token is None or token.revoked_at is not None:
        return None
    return actor_of_token(session, token)
