"""不是您本人？ A member says that something was not theirs: nothing more is spent until somebody at the shop has looked."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.models import Member
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Forbidden
from services.signin import permissions
from services.signin.commands.passkeys import drop_credentials
from services.signin.commands.proofs import use_up_scan
from services.signin.commands.sessions import revoke_other_member_sessions
from services.signin.events import SpendingFrozen, SpendingThawed
from services.signin.models import MemberDevice, MemberSession, Scan, SpendingFreeze, SpendingProof
from services.signin.queries.freezes import find_freeze
from services.signin.rules import PROOF_LIFE


def report_misuse(session: Session, *, keep: int, actor: Actor, at: datetime) -> SpendingFreeze:
    """The member reports it: all other browsers are signed out, and neither code, PIN nor manager spends anything.

    `keep` is the session that reports. What was asked or scanned already is void too. Passkeys and PIN are gone, whoever made them: a
    session was enough for that. A second report signs out and drops once more, of who came in since; the freeze stays as it was.
    """
    if actor.kind != "member" or actor.id is None:
        raise Forbidden
    member_id = actor.id
    _hold(session, member_id)
    _void_what_is_open(session, member_id, at)  # first: it may wait for a sale, which must wait for nothing here
    if (
        session.scalar(select(MemberSession.revoked_at).where(MemberSession.id == keep)) is None
    ):  # not by a report just before
        _shut_out(session, member_id, keep=keep, actor=actor, at=at)
    known = session.get(SpendingFreeze, member_id)
    if known is not None:
        return known
    freeze = SpendingFreeze(member_id=member_id, reported_at=at)
    session.add(freeze)
    session.flush()
    audit.record(session, "spending:freeze", ("member", member_id), actor=actor, at=at)
    announce(session, SpendingFrozen(member_id, at.isoformat()), at=at)
    return freeze


def _shut_out(session: Session, member_id: int, *, keep: int, actor: Actor, at: datetime) -> None:
    """Nobody but the session `keep` is in or comes back by what somebody who was in could make: passkeys, PIN, member codes."""
    revoke_other_member_sessions(session, member_id, keep=keep, actor=actor, at=at)
    drop_credentials(session, member_id)
    session.execute(
        update(MemberDevice)
        .where(MemberDevice.member_id == member_id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def _hold(session: Session, member_id: int) -> None:
    """Of two reports at the same moment the second sees what the first did; sales hold the row less strictly, and wait for nobody here."""
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update(key_share=True))


def _void_what_is_open(session: Session, member_id: int, at: datetime) -> None:
    open_proofs = update(SpendingProof).where(
        SpendingProof.member_id == member_id, SpendingProof.used_at.is_(None), SpendingProof.expires_at > at
    )
    session.execute(open_proofs.values(expires_at=at))
    _use_up_scans(session, member_id, at)


def _use_up_scans(session: Session, member_id: int, at: datetime) -> None:
    """A code that was read a moment ago is a proof by itself: each of these is used up, as a sale would. Where a sale just does, it has."""
    used = select(SpendingProof.scan_id).where(SpendingProof.scan_id.is_not(None))
    fresh = select(Scan).where(
        Scan.member_id == member_id, Scan.at > at - PROOF_LIFE - timedelta(minutes=1), Scan.id.not_in(used)
    )
    for scan in session.scalars(fresh).all():
        asker = scan.actor_id if scan.actor_kind == "staff" else None
        use_up_scan(session, scan.id, member_id, 0, store_id=scan.store_id, staff_id=asker, at=at)


def lift_freeze(session: Session, member_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Somebody has spoken with the member: spending is open again. Where nothing is frozen nothing changes.

    What was asked or scanned while the report was being written, and would live again now, is void too.
    """
    actor.require(permissions.FREEZES_LIFT)
    freeze = find_freeze(session, member_id)
    if freeze is None:
        return
    _void_what_is_open(session, member_id, at)
    session.delete(freeze)
    audit.record(session, "spending:unfreeze", ("member", member_id), actor=actor, at=at, changes={"reason": reason})
    announce(session, SpendingThawed(member_id, at.isoformat()), at=at)
