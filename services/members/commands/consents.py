"""Giving and withdrawing consent: version, exact wording, time and way are kept for good."""

import hashlib
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import permissions
from services.members.errors import ConsentMissing
from services.members.events import ConsentWithdrawn
from services.members.models import Consent, Member
from services.members.queries.cards import HIGHEST_ID
from services.members.queries.consents import MEMBERSHIP
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.stores import queries as stores
from services.stores.settings import Settings

_WAYS = {
    "staff": "counter", "token": "api", "public": "registration_page", "member": "member_app", "system": "import",
}  # fmt: skip


def give_consent(
    session: Session, member_id: int, kind: str = MEMBERSHIP, *, actor: Actor, at: datetime
) -> Consent | None:
    """Note that a member agrees to the notice as it stands now; None when they had agreed to this very wording before."""
    _require_allowed(session, member_id, actor)
    return note_consent(session, member_id, stores.load_settings(session), kind, actor=actor, at=at)


def withdraw_consent(session: Session, member_id: int, kind: str = MEMBERSHIP, *, actor: Actor, at: datetime) -> None:
    """Note that a member takes back what they agreed to. Raises ConsentMissing when nothing holds."""
    _require_allowed(session, member_id, actor)
    living = session.scalars(_living(member_id, kind)).all()
    if not living:
        raise ConsentMissing
    for consent in living:
        consent.withdrawn_at = at
    audit.record(session, "consents:withdraw", ("member", member_id), actor=actor, at=at, changes={"kind": kind})
    announce(session, ConsentWithdrawn(member_id, kind), at=at)


def note_consent(
    session: Session, member_id: int, settings: Settings, kind: str = MEMBERSHIP, *, actor: Actor, at: datetime
) -> Consent | None:
    """The same without asking who may: for the commands that open a card."""
    version, text_hash = str(settings["privacy.version"]), _wording(settings)
    living = session.scalars(_living(member_id, kind)).all()
    if any((row.version, row.text_hash) == (version, text_hash) for row in living):
        return None
    consent = Consent(
        member_id=member_id,
        kind=kind,
        version=version,
        text_hash=text_hash,
        way=_WAYS[actor.kind],
        staff_id=actor.id if actor.kind == "staff" else None,
        given_at=at,
    )
    session.add(consent)
    session.flush()
    changes = {"kind": kind, "version": version, "way": consent.way}
    audit.record(session, "consents:give", ("member", member_id), actor=actor, at=at, changes=changes)
    return consent


def _wording(settings: Settings) -> str:
    """SHA-256 of the notice: proves later which words were agreed to."""
    return hashlib.sha256(str(settings["privacy.notice"]).encode()).hexdigest()


def _living(member_id: int, kind: str) -> Select[Consent]:
    return select(Consent).where(Consent.member_id == member_id, Consent.kind == kind, Consent.withdrawn_at.is_(None))


def _require_allowed(session: Session, member_id: int, actor: Actor) -> None:
    own = actor.kind == "member" and actor.id == member_id
    if not own:
        actor.require(permissions.MEMBERS_CHANGE)
    if not 0 < member_id <= HIGHEST_ID or session.get(Member, member_id) is None:
        raise NotFound("member_not_found")
