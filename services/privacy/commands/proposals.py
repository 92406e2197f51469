"""What somebody decides about members who were not seen for long: to erase them, or to keep them. Nobody is erased by time alone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.privacy.models import MinorsAudit, RetentionProposal
from services.privacy.permissions import MEMBERS_ERASE
from services.shared.actors import Actor
from services.shared.days import months_before
from services.shared.refusals import Invalid
from services.shared.wiping import Traces, wipe
from services.shared.words import N_
from services.stores.queries import load_settings


def choose_for_erasure(
    session: Session, member_ids: Collection[int], reason: str, *, actor: Actor, at: datetime
) -> int:
    """Let the worker erase, within a minute, those of these members who are proposed, for a `reason`; how many.

    Raises Forbidden, Invalid where none of them is proposed any more.
    """
    actor.require(MEMBERS_ERASE)
    rows = _hold_proposals(session, member_ids)
    for row in rows:
        row.chosen_at, row.reason = at, reason
        audit.record(session, "retention:erase", ("member", row.member_id), actor=actor, at=at)
    return len(rows)


def keep_members(session: Session, member_ids: Collection[int], reason: str, *, actor: Actor, at: datetime) -> int:
    """Keep those of these members who are proposed, for a `reason`, for as many months as the shop has set; how many.

    Raises Forbidden, Invalid where none of them is proposed any more.
    """
    actor.require(MEMBERS_ERASE)
    settings = load_settings(session)
    until = months_before(at, -settings["retention.keep_months"], settings.zone)
    rows = _hold_proposals(session, member_ids)
    for row in rows:
        row.kept_until, row.reason = until, reason
        row.kept_by = actor.id if actor.kind == "staff" else None
        changes = {"until": until.isoformat(timespec="minutes"), "reason": reason}
        audit.record(session, "retention:keep", ("member", row.member_id), actor=actor, at=at, changes=changes)
    return len(rows)


def _hold_proposals(session: Session, member_ids: Collection[int]) -> list[RetentionProposal]:
    proposal = RetentionProposal
    undecided = proposal.held == "", proposal.kept_until.is_(None), proposal.chosen_at.is_(None)
    query = select(proposal).where(proposal.member_id.in_(member_ids), *undecided).order_by(proposal.member_id)
    rows = list(session.scalars(query.with_for_update()))
    if not rows:
        raise Invalid({"members": [N_("请选至少一位还在清单里的会员")]})
    return rows


def forget_proposal(session: Session, member_id: int, traces: Traces) -> None:
    """Take an erased member from the list, and what names them out of what was said of others and of incidents."""
    session.execute(delete(RetentionProposal).where(RetentionProposal.member_id == member_id))
    wipe(session, RetentionProposal, ("reason",), traces)
    wipe(session, MinorsAudit, ("note",), traces)
