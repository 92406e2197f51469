"""What a member agreed to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members.models import Consent


@dataclass(frozen=True)
class ConsentCard:
    """One consent; `way` is registration_page, counter, member_app or api."""

    kind: str
    version: str
    way: str
    given_at: datetime
    withdrawn_at: datetime | None


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
