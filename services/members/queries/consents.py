"""What a member agreed to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.members.models import Consent, Member
from services.shared.models import MemberKey

MEMBERSHIP = "membership"


@dataclass(frozen=True)
class ConsentCard:
    """One consent; `way` is registration_page, counter, member_app or api."""

    kind: str
    version: str
    way: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Reader:
    """In which language a member reads (None: the shop's), and whether they still want to be written to."""

    language: str | None
    listens: bool


# Built once: every sale of a member asks. Only who took the consent back is silent: an imported card may have none on record.
_READER = select(
    Member.language,
    func.count(Consent.id),
    func.count(Consent.withdrawn_at),
    func.max(MemberKey.destroyed_at),
).outerjoin(Consent, (Consent.member_id == Member.id) & (Consent.kind == MEMBERSHIP))
_READER = _READER.outerjoin(MemberKey, MemberKey.member_id == Member.id)
_READER = _READER.where(Member.id == bindparam("member")).group_by(Member.id, Member.language)


def find_reader(session: Session, member_id: int) -> Reader:
    """How a member is written to; somebody who withdrew the membership consent, or was erased, is not (facts.md, PIPL §15)."""
    session.flush()
    row = session.connection().execute(_READER, {"member": member_id}).one_or_none()
    if row is None:
        return Reader(None, listens=False)
    language, given, withdrawn, erased_at = row
    return Reader(language, listens=erased_at is None and (not given or withdrawn < given))


def list_consents(session: Session, member_id: int) -> list[ConsentCard]:
    """Everything this member ever agreed to, the newest first."""
    rows = session.scalars(
        select(Consent).where(Consent.member_id == member_id).order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    return [ConsentCard(row.kind, row.version, row.way, row.given_at, row.withdrawn_at) for row in rows]


def find_consent(session: Session, member_id: int, kind: str) -> ConsentCard | None:
    """The consent of this kind that holds now."""
    living = (row for row in list_consents(session, member_id) if row.kind == kind and row.withdrawn_at is None)
    return next(living, None)
