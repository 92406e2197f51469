"""Looking up sessions, devices, and whose password it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.models import Staff
from services.identity.rules import password_matches
from services.members.models import Member
from services.shared import runtime
from services.shared.refusals import NotFound
from services.signin import rules
from services.signin.errors import WrongPassword
from services.signin.models import (
    DevelopmentMail,
    MemberDevice,
    MemberSession,
    Scan,
    SpendingProof,
    StaffSession,
    WalletPin,
)


def _whose(table: Any) -> Any:
    return select(table.c.member_id, table.c.store_id).where(table.c.id == bindparam("proof"))


_SCAN, _SPENDING = _whose(Scan.__table__), _whose(SpendingProof.__table__)  # built once: every sale with a proof asks


@dataclass(frozen=True)
class StaffPass:
    """A live staff session and whose it is."""

    session: StaffSession
    staff: Staff


@dataclass(frozen=True)
class MemberPass:
    """A live member session and whose it is."""

    session: MemberSession
    member: Member


def check_password(session: Session, username: str, password: str) -> Staff:
    """Whose user name and password this is. Raises WrongPassword, after the same time, also for a disabled or unknown person.

    Slow on purpose, so never inside a writing transaction; the edge limits the guesses.
    """
    staff = identity.find_staff(session, username)
    right = identity.has_password(staff, password)
    if staff is None or not right or staff.disabled_at is not None:
        raise WrongPassword
    return staff


def find_staff_pass(session: Session, token: str, *, at: datetime) -> StaffPass | None:
    """The live staff session of this cookie; None when unknown, expired, revoked or the person disabled."""
    row = session.execute(
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == runtime.keys().hash(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > at,
            Staff.disabled_at.is_(None),
        )
    ).first()
    return StaffPass(row[0], row[1]) if row else None


def find_member_pass(session: Session, token: str, *, at: datetime) -> MemberPass | None:
    """The live member session of this cookie; None when unknown, expired, revoked or the member archived."""
    row = session.execute(
        select(MemberSession, Member)
        .join(Member, Member.id == MemberSession.member_id)
        .where(
            MemberSession.token_hash == runtime.keys().hash(token),
            MemberSession.revoked_at.is_(None),
            MemberSession.expires_at > at,
            Member.archived_at.is_(None),
        )
    ).first()
    return MemberPass(row[0], row[1]) if row else None


def list_staff_sessions(session: Session, staff_id: int, *, at: datetime) -> list[StaffSession]:
    """The live sessions of one person, the newest first."""
    return list(
        session.scalars(
            select(StaffSession)
            .where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at)
            .order_by(StaffSession.id.desc())
        )
    )


def list_devices(session: Session, member_id: int) -> list[MemberDevice]:
    """The phones that make codes for this member."""
    return list(
        session.scalars(
            select(MemberDevice)
            .where(MemberDevice.member_id == member_id, MemberDevice.revoked_at.is_(None))
            .order_by(MemberDevice.id)
        )
    )


def list_development_mail(session: Session, limit: int = 50) -> list[DevelopmentMail]:
    """What channels would have sent, the newest first (DEMO=1 only)."""
    return list(session.scalars(select(DevelopmentMail).order_by(DevelopmentMail.id.desc()).limit(limit)))


def seconds_left(at: datetime) -> int:
    """Seconds until the present member code gives way to the next."""
    return rules.seconds_left(at)


def signin_code_minutes() -> int:
    """How many minutes a one-time code lives."""
    return int(rules.CODE_LIFE.total_seconds() // 60)


@dataclass(frozen=True)
class Proof:
    """What a sale names as the member's agreement: a scan (`s_42`) or a proof that was asked for (`p_7`)."""

    kind: Literal["scan", "proof"]
    id: int


def is_of(session: Session, proof: Proof, member_id: int | None, store_id: int) -> bool:
    """Whether a proof is of this member, at this store."""
    query = _SCAN if proof.kind == "scan" else _SPENDING
    found = session.connection().execute(query, {"proof": proof.id}).first()
    return found is not None and tuple(found) == (member_id, store_id)


def has_wallet_pin(session: Session, member_id: int) -> bool:
    """Whether this member has chosen a wallet PIN."""
    return session.get(WalletPin, member_id) is not None


def check_wallet_pin(session: Session, member_id: int, pin: str) -> bool:
    """Whether it is this member's PIN; False also where none was chosen, after the same time.

    Slow on purpose, so never inside a writing transaction; the edge limits the guesses.
    """
    kept = session.get(WalletPin, member_id)
    return password_matches(kept.pin_hash if kept else None, pin)


@dataclass(frozen=True)
class ProofView:
    """A proof that was asked for: `state` is asked, confirmed, declined, expired or used; `most` is fen."""

    id: int
    member_id: int
    store_id: int
    way: str
    state: str
    most: int
    words: str
    expires_at: datetime


def get_proof(session: Session, proof_id: int, *, at: datetime) -> ProofView:
    """A proof as it stands. Raises NotFound."""
    proof = session.get(SpendingProof, proof_id)
    if proof is None:
        raise NotFound("proof_not_found")
    return _proof(proof, at)


def find_asked(session: Session, member_id: int, *, at: datetime) -> ProofView | None:
    """What a counter is asking this member to agree to right now, if anything: the latest."""
    proof = session.scalars(
        select(SpendingProof)
        .where(
            SpendingProof.member_id == member_id, SpendingProof.way == "app", SpendingProof.confirmed_at.is_(None),
            SpendingProof.declined_at.is_(None), SpendingProof.expires_at > at,
        )
        .order_by(SpendingProof.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    return None if proof is None else _proof(proof, at)


def _proof(proof: SpendingProof, at: datetime) -> ProofView:
    return ProofView(
        proof.id, proof.member_id, proof.store_id, proof.way, _state(proof, at), proof.most, proof.words,
        proof.expires_at,
    )  # fmt: skip


def _state(proof: SpendingProof, at: datetime) -> str:
    if proof.used_at is not None:
        return "used"
    if proof.declined_at is not None:
        return "declined"
    if proof.expires_at <= at:
        return "expired"
    return "confirmed" if proof.confirmed_at is not None else "asked"
