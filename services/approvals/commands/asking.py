"""Doing something, or, where the shop wants a second person for it, asking for one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.approvals import acts
from services.approvals.acts import Act, Done
from services.approvals.errors import ApprovalWaiting, NobodyToApprove, NotNeeded
from services.approvals.events import ApprovalAsked
from services.approvals.lately import sum_lately
from services.approvals.models import Approval
from services.approvals.queries import exports_need_approval, list_deciders, load_settings_in_force, person_behind
from services.approvals.rules import EXPORT, KINDS, LIFE, MERGE, WAITING, export_terms, needs_approval
from services.audit import commands as audit
from services.members.queries import hold_living
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Forbidden
from services.stores.queries import get_named_store


class _Undone(Exception):  # noqa: N818 (it only takes back what was tried)
    def __init__(self, done: Done) -> None:
        self.amount, self.terms = done.amount, done.terms


def do_or_ask(
    session: Session,
    kind: str,
    member_id: int,
    data: Mapping[str, Any],
    *,
    store_id: int | None,
    actor: Actor,
    at: datetime,
) -> Any | Approval:
    """Do the act (rules.py) and give back what its command does; or the request, where a second person is needed for so much.

    What is asked for was tried and taken back, so that it is refused now for whatever it would be refused for. Raises that, and
    NobodyToApprove, ApprovalWaiting.
    """
    act, settings = Act(kind, member_id, store_id, data), load_settings_in_force(session, at=at)
    if not settings[KINDS[kind].switch]:
        return acts.perform(session, act, actor=actor, at=at).result
    try:
        with session.begin_nested():
            done = acts.perform(session, act, actor=actor, at=at)
            if needs_approval(kind, sum_lately(session, kind, member_id, actor=actor, at=at), settings):
                raise _Undone(done)
            return done.result
    except _Undone as undone:
        amount, terms = undone.amount, undone.terms
    _require_none_waiting(session, kind, member_id, terms, at)
    return _store_request(
        session, kind, amount, terms, member_id=member_id, store_id=store_id, reason=data["reason"], actor=actor, at=at
    )


def ask_for_merge(
    session: Session,
    winner_id: int,
    loser_id: int,
    chosen: Mapping[str, str],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> Approval:
    """Ask a second person to agree that `loser_id` becomes part of `winner_id`. It was tried and taken back: what it would be refused for
    it is refused for now. Raises that, NobodyToApprove, ApprovalWaiting."""
    act = Act(MERGE, winner_id, None, {"loser_id": loser_id, "chosen": chosen})
    try:
        with session.begin_nested():
            raise _Undone(acts.perform(session, act, actor=actor, at=at))
    except _Undone as undone:
        amount, terms = undone.amount, undone.terms
    _require_none_waiting(session, MERGE, winner_id, terms, at)
    return _store_request(
        session, MERGE, amount, terms, member_id=winner_id, store_id=None, reason=reason, actor=actor, at=at
    )


def ask_for_export(
    session: Session, store_id: int | None, day: date | None, reason: str, *, actor: Actor, at: datetime
) -> Approval:
    """Ask for an export of the audit log: of one store, or of all that the actor sees, and of one day, or of all.

    It is agreed to by who sees as much. Raises Forbidden, Invalid beside `store`, NotNeeded, NobodyToApprove.
    """
    if store_id is not None:
        get_named_store(session, store_id, actor=actor)
    actor.require(KINDS[EXPORT].permission, store_id)
    if not exports_need_approval(session, at=at):
        raise NotNeeded
    terms = export_terms(store_id, day)
    return _store_request(session, EXPORT, 0, terms, store_id=store_id, reason=reason, actor=actor, at=at)


def _store_request(
    session: Session,
    kind: str,
    amount: int,
    terms: dict[str, Any],
    *,
    member_id: int | None = None,
    store_id: int | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Approval:
    if actor.kind not in ("staff", "token") or actor.id is None:
        raise Forbidden
    if not list_deciders(session, kind, store_id, but=person_behind(session, actor.kind, actor.id)):
        raise NobodyToApprove
    approval = Approval(
        kind=kind, member_id=member_id, store_id=store_id, amount=amount, terms=terms, reason=reason, asked_kind=actor.kind,
        asked_by=actor.id, asked_name=actor.name, origin=actor.origin, asked_at=at, expires_at=at + LIFE,
    )  # fmt: skip
    session.add(approval)
    session.flush()
    changes = {"kind": kind, "amount": amount, "reason": reason}
    audit.record(
        session, "approvals:ask", ("approval", approval.id), actor=actor, at=at, store_id=store_id, member_id=member_id,
        changes=changes,
    )  # fmt: skip
    announce(session, ApprovalAsked(approval.id), at=at)
    return approval


def _require_none_waiting(session: Session, kind: str, member_id: int, terms: Mapping[str, Any], at: datetime) -> None:
    acts.hold(session, kind, member_id, terms)
    hold_living(session, member_id)  # what was tried let go of its locks
    waiting = select(Approval.id).where(
        Approval.kind == kind, Approval.member_id == member_id, Approval.state == WAITING, Approval.expires_at > at
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise ApprovalWaiting
