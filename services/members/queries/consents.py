"""What a member agreed to, and the words of each purpose."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.members.models import Consent, ConsentText, Member
from services.members.rules.purposes import FIRST, MEMBERSHIP, PURPOSES
from services.shared.models import MemberKey


@dataclass(frozen=True)
class ConsentCard:
    """One consent; `way` is registration_page, counter, paper, member_app, api or import. `staff_id`: who wrote it down."""

    kind: str
    version: str
    way: str
    given_at: datetime
    withdrawn_at: datetime | None
    staff_id: int | None = None
    withdrawn_way: str | None = None
    withdrawn_by: int | None = None
    text_id: int | None = None


@dataclass(frozen=True)
class TextCard:
    """The words of a purpose in one version; `id` is None for our own, which nobody published."""

    kind: str
    version: str
    words: str
    anew: bool = False
    id: int | None = None
    published_at: datetime | None = None
    published_by: int | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the words: proves later what was agreed to."""
        return hashlib.sha256(self.words.encode()).hexdigest()


@dataclass(frozen=True)
class PurposeCard:
    """Where a member stands with one purpose. `state`: holds, outdated (new words ask anew), withdrawn or none."""

    kind: str
    text: TextCard
    state: str
    consent: ConsentCard | None


@dataclass(frozen=True)
class Reader:
    """In which language a member reads (None: the shop's), and whether they still want to be written to.

    Who does not is still told of what was taken from them; nobody is who was `erased`.
    """

    language: str | None
    listens: bool
    erased: bool = False


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
        return Reader(None, listens=False, erased=True)
    language, given, withdrawn, erased_at = row
    return Reader(
        language, listens=erased_at is None and (not given or withdrawn < given), erased=erased_at is not None
    )


def list_who_hold(session: Session, member_ids: Sequence[int], kind: str) -> set[int]:
    """Which of these members agree to a purpose now: given, not taken back, and not asked anew since."""
    floor = select(func.max(ConsentText.id)).where(ConsentText.kind == kind, ConsentText.anew).scalar_subquery()
    living = (Consent.member_id.in_(member_ids), Consent.kind == kind, Consent.withdrawn_at.is_(None))
    return set(
        session.scalars(select(Consent.member_id).where(*living, or_(floor.is_(None), Consent.text_id >= floor)))
    )


def holds_consent(session: Session, member_id: int, kind: str) -> bool:
    """Whether this member agrees to a purpose now; whatever needs a consent asks here, at the moment it acts."""
    return member_id in list_who_hold(session, [member_id], kind)


def list_consents(session: Session, member_id: int) -> list[ConsentCard]:
    """Everything this member ever agreed to, the newest first."""
    rows = session.scalars(
        select(Consent).where(Consent.member_id == member_id).order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    return [
        ConsentCard(
            row.kind, row.version, row.way, row.given_at, row.withdrawn_at, row.staff_id, row.withdrawn_way,
            row.withdrawn_by, row.text_id,
        )
        for row in rows
    ]  # fmt: skip


def find_consent(session: Session, member_id: int, kind: str) -> ConsentCard | None:
    """The consent of this kind that was given last and not taken back."""
    living = (row for row in list_consents(session, member_id) if row.kind == kind and row.withdrawn_at is None)
    return next(living, None)


def load_consent_texts(session: Session) -> dict[str, TextCard]:
    """The words of every purpose as they stand now, in one query."""
    last = select(func.max(ConsentText.id)).group_by(ConsentText.kind)
    rows = session.scalars(select(ConsentText).where(ConsentText.id.in_(last)))
    own = {purpose.kind: TextCard(purpose.kind, FIRST, purpose.words) for purpose in PURPOSES}
    return own | {row.kind: _text(row) for row in rows}


def list_consent_texts(session: Session, kind: str | None = None) -> list[TextCard]:
    """Every version that was published, the newest first; ours, which came before them, last."""
    query = select(ConsentText).order_by(ConsentText.id.desc())
    rows = session.scalars(query.where(ConsentText.kind == kind) if kind else query).all()
    given = {(row.kind, row.version) for row in rows}
    first = [TextCard(each.kind, FIRST, each.words) for each in PURPOSES if kind in {None, each.kind}]
    return [_text(row) for row in rows] + [each for each in first if (each.kind, FIRST) not in given]


def list_purposes(session: Session, member_id: int, consents: Sequence[ConsentCard] | None = None) -> list[PurposeCard]:
    """Where a member stands with every purpose; `consents` where they were read already."""
    if consents is None:
        consents = list_consents(session, member_id)
    floors = dict(
        session.execute(
            select(ConsentText.kind, func.max(ConsentText.id)).where(ConsentText.anew).group_by(ConsentText.kind)
        ).all()
    )
    return [_stands(text, consents, floors) for text in load_consent_texts(session).values()]


def _stands(text: TextCard, consents: Sequence[ConsentCard], floors: Mapping[str, int]) -> PurposeCard:
    mine = [each for each in consents if each.kind == text.kind]
    living = [each for each in mine if each.withdrawn_at is None]
    if not living:
        return PurposeCard(text.kind, text, "withdrawn" if mine else "none", mine[0] if mine else None)
    floor = floors.get(text.kind, 0)
    holds = not floor or (living[0].text_id or 0) >= floor
    return PurposeCard(text.kind, text, "holds" if holds else "outdated", living[0])


def _text(row: ConsentText) -> TextCard:
    return TextCard(row.kind, row.version, row.words, row.anew, row.id, row.published_at, row.published_by)
