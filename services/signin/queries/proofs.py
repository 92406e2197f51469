"""Whether a member agrees that something of theirs is spent (domain.md, *Stored value*, proof for spending)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, bindparam, exists, select
from sqlalchemy.orm import Session

from services.identity.rules import password_matches
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin import permissions, rules
from services.signin.errors import ProofRequired
from services.signin.models import CoolDown, Scan, SpendingFreeze, SpendingProof, WalletPin

# Built once: every sale with a proof asks.
_scans: Any = Scan.__table__
_proofs: Any = SpendingProof.__table__


def _whose(table: Any) -> Any:
    return select(table.c.member_id, table.c.store_id).where(table.c.id == bindparam("proof"))


_SCAN, _SPENDING = _whose(_scans), _whose(_proofs)
# Asked where a proof is used too: one that was opened while the member reported would outlive the report.
UNFROZEN = ~exists().where(SpendingFreeze.member_id == bindparam("member"))
# Since when the member cools down: asked with the proof itself, so that it costs a sale no question of its own.
COOLING_SINCE = (
    select(CoolDown.started_at)
    .where(CoolDown.member_id == bindparam("member"), CoolDown.ends_at > bindparam("now"))
    .scalar_subquery()
    .label("cooling_since")
)
_FRESH = select(_scans.c.id, COOLING_SINCE).where(
    _scans.c.id == bindparam("scan"),
    _scans.c.member_id == bindparam("member"),
    _scans.c.store_id == bindparam("store"),
    _scans.c.at > bindparam("since"),
    _scans.c.actor_kind == bindparam("kind"),
    _scans.c.actor_id.is_not_distinct_from(bindparam("actor")),
    UNFROZEN,
)


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


def find_fresh(
    session: Session,
    scan_id: int,
    member_id: int,
    *,
    store_id: int,
    unsold: ColumnElement[bool],
    actor: Actor,
    at: datetime,
) -> Row[Any] | None:
    """A scan of the last ten minutes, read by this actor at this store, and `unsold`: nothing was sold to the member since. Its
    `cooling_since` says since when the member cools down, if so.

    `unsold` is a condition on `scans` that comes from above (checkout.queries.UNSOLD): what was sold is not known here.
    """
    given = {
        "scan": scan_id, "member": member_id, "store": store_id, "since": at - rules.PROOF_LIFE, "now": at, "kind": actor.kind,
        "actor": actor.id,
    }  # fmt: skip
    return session.connection().execute(_FRESH.where(unsold), given).first()


def require_base(
    session: Session,
    base: Proof,
    member_id: int,
    most: int,
    *,
    store_id: int,
    unsold: ColumnElement[bool],
    actor: Actor,
    at: datetime,
) -> None:
    """A PIN counts on top of a fresh scan, or of a one-time code that the member said. Raises ProofRequired for anything else."""
    if base.kind == "scan":
        used = session.scalar(select(_proofs.c.id).where(_proofs.c.scan_id == base.id)) is not None
        fresh = find_fresh(session, base.id, member_id, store_id=store_id, unsold=unsold, actor=actor, at=at)
        if used or fresh is None:
            raise ProofRequired("scan_again")
        return
    said = session.get(SpendingProof, base.id)
    if (
        said is None
        or said.staff_id != rules.asker_of(actor)
        or (said.member_id, said.store_id) != (member_id, store_id)
    ):
        raise ProofRequired("unusable")
    if said.way != "code" or _state(said, at) != "confirmed" or said.most < most:
        raise ProofRequired("unusable")


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
    """A proof as it stands, whoever asked. Raises NotFound."""
    proof = session.get(SpendingProof, proof_id)
    if proof is None:
        raise NotFound("proof_not_found")
    return _proof(proof, at)


def get_asked_proof(session: Session, proof_id: int, *, actor: Actor, at: datetime) -> ProofView:
    """A proof that this actor asked for, as it stands. Raises NotFound, also for anybody else's."""
    proof = session.get(SpendingProof, proof_id)
    if (
        proof is None
        or proof.staff_id != rules.asker_of(actor)
        or not actor.may(permissions.PROOFS_CREATE, proof.store_id)
    ):
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


def waiting(proof_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """A proof that was asked for and is still to be answered."""
    return (
        SpendingProof.id == proof_id,
        SpendingProof.confirmed_at.is_(None),
        SpendingProof.declined_at.is_(None),
        SpendingProof.expires_at > at,
    )


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
