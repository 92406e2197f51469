"""Giving and withdrawing consent, purpose by purpose: version, exact wording, time, way and who wrote it down are kept for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import permissions
from services.members.commands.facts import call_due
from services.members.errors import ConsentMissing, MemberErased, WordsChanged
from services.members.events import ConsentWithdrawn
from services.members.models import Consent, Member
from services.members.queries.cards import HIGHEST_ID
from services.members.queries.consents import TextCard, load_consent_texts
from services.members.queries.living import require_unmerged
from services.members.rules.purposes import MEMBERSHIP
from services.shared import vault
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound

_WAYS = {
    "staff": "counter", "token": "api", "public": "registration_page", "member": "member_app", "system": "import",
}  # fmt: skip


def give_consent(
    session: Session,
    member_id: int,
    kind: str = MEMBERSHIP,
    *,
    version: str = "",
    paper: bool = False,
    actor: Actor,
    at: datetime,
) -> Consent | None:
    """Note that a member agrees to one purpose as its words stand now; None when they had agreed to this very wording before.

    `version`: the words that they saw; raises WordsChanged where there are newer ones. `paper`: signed at the counter, not spoken.
    """
    _require_allowed(session, member_id, actor)
    return note_consent(session, member_id, kind, version=version, paper=paper, actor=actor, at=at)


def withdraw_consent(session: Session, member_id: int, kind: str = MEMBERSHIP, *, actor: Actor, at: datetime) -> None:
    """Note that a member takes back what they agreed to. Raises ConsentMissing when nothing holds."""
    _require_allowed(session, member_id, actor)
    living = session.scalars(_living(member_id, kind).with_for_update()).all()
    if not living:
        raise ConsentMissing
    for consent in living:
        consent.withdrawn_at, consent.withdrawn_way, consent.withdrawn_by = at, _WAYS[actor.kind], _staff_id(actor)
    changes = {"kind": kind, "way": _WAYS[actor.kind]}
    audit.record(session, "consents:withdraw", ("member", member_id), actor=actor, at=at, changes=changes)
    announce(session, ConsentWithdrawn(member_id, kind, actor.kind, at.isoformat()), at=at)


def note_consent(
    session: Session,
    member_id: int,
    kind: str = MEMBERSHIP,
    *,
    version: str = "",
    paper: bool = False,
    actor: Actor,
    at: datetime,
) -> Consent | None:
    """The same without asking who may: for the commands that open a card."""
    text = load_consent_texts(session)[kind]
    if version and version != text.version:
        raise WordsChanged
    living = session.scalars(_living(member_id, kind)).all()
    if any((row.version, row.text_hash) == (text.version, text.hash) for row in living):
        return None
    way = "paper" if paper and actor.kind == "staff" else _WAYS[actor.kind]
    consent = Consent(member_id=member_id, **_words(text), way=way, staff_id=_staff_id(actor), given_at=at)
    session.add(consent)
    session.flush()
    call_due(session, [member_id], at=at)
    changes = {"kind": kind, "version": text.version, "way": way}
    audit.record(session, "consents:give", ("member", member_id), actor=actor, at=at, changes=changes)
    return consent


def _words(text: TextCard) -> dict[str, Any]:
    return {"kind": text.kind, "version": text.version, "text_hash": text.hash, "text_id": text.id}


def _staff_id(actor: Actor) -> int | None:
    return actor.id if actor.kind == "staff" else None


def _living(member_id: int, kind: str) -> Select[Consent]:
    return select(Consent).where(Consent.member_id == member_id, Consent.kind == kind, Consent.withdrawn_at.is_(None))


def _require_allowed(session: Session, member_id: int, actor: Actor) -> None:
    own = actor.kind == "member" and actor.id == member_id
    if not own:
        actor.require(permissions.MEMBERS_CHANGE)
    if not 0 < member_id <= HIGHEST_ID or session.get(Member, member_id) is None:
        raise NotFound("member_not_found")
    if vault.destroyed_at(session, member_id) is not None:
        raise MemberErased
    require_unmerged(session, member_id)
