"""Proof for spending (domain.md, *Stored value*): wallet, points and coupons leave a member only when the member agrees.

A fresh member code is a proof by itself for smaller amounts, and so is a one-time code that the member says; the wallet PIN on top of
either reaches further. Else the member confirms in the app, or a manager answers for it. Each proof is used by one sale, by whoever asked
for it, by a conditional UPDATE or a unique row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.signin import permissions
from services.signin.errors import ProofRequired
from services.signin.events import SpendingAsked, SpendingOverridden
from services.signin.models import SpendingProof
from services.signin.queries import Proof, is_fresh, require_base
from services.signin.queries.proofs import waiting
from services.signin.rules import PROOF_LIFE, asker_of

_proofs: Any = SpendingProof.__table__
_USE = (
    update(_proofs)
    .where(
        _proofs.c.id == bindparam("proof"),
        _proofs.c.member_id == bindparam("member"),
        _proofs.c.store_id == bindparam("store"),
        _proofs.c.staff_id.is_not_distinct_from(bindparam("staff")),
        _proofs.c.way != bindparam("barred"),
        _proofs.c.confirmed_at.is_not(None),
        _proofs.c.used_at.is_(None),
        _proofs.c.expires_at > bindparam("now"),
        _proofs.c.most >= bindparam("fen"),
    )
    .values(used_at=bindparam("now"))
)


def ask_for_confirmation(
    session: Session, member_id: int, most: int, words: str, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """Ask the member to confirm in the app that up to `most` fen may be spent; `words` say on what. The answer is to be waited for."""
    actor.require(permissions.PROOFS_CREATE, store_id)
    proof = open_proof(session, member_id, "app", most, words, store_id=store_id, actor=actor, at=at)
    announce(session, SpendingAsked(proof.id, member_id, store_id, most), at=at)
    return proof


def note_pin_proof(
    session: Session,
    member_id: int,
    most: int,
    base: Proof,
    *,
    store_id: int,
    unsold: ColumnElement[bool],
    actor: Actor,
    at: datetime,
) -> SpendingProof:
    """The member has typed the wallet PIN (queries.check_wallet_pin), on top of `base`, which it uses up: up to `most` fen may be spent.

    Raises ProofRequired where `base` is neither a fresh scan nor a code that the member said.
    """
    actor.require(permissions.PROOFS_CREATE, store_id)
    require_base(session, base, member_id, most, store_id=store_id, unsold=unsold, actor=actor, at=at)
    if base.kind == "scan":
        _use_scan(session, base.id, member_id, most, store_id=store_id, unsold=unsold, actor=actor, at=at)
    elif not _use_asked(session, base, member_id, most, store_id=store_id, actor=actor, at=at):
        raise ProofRequired("unusable")
    proof = open_proof(session, member_id, "pin", most, "", store_id=store_id, actor=actor, at=at)
    proof.confirmed_at = at
    session.flush()
    return proof


def override_proof(
    session: Session, member_id: int, most: int, reason: str, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """A manager answers for the member: with a reason, an audit line, and a notice to the member."""
    actor.require(permissions.PROOFS_OVERRIDE, store_id)
    proof = open_proof(session, member_id, "override", most, reason, store_id=store_id, actor=actor, at=at)
    proof.confirmed_at = at
    session.flush()
    announce(session, SpendingOverridden(proof.id, member_id, store_id, most), at=at)
    return proof


def confirm_proof(
    session: Session, proof_id: int, member_id: int, *, agrees: bool, actor: Actor, at: datetime
) -> SpendingProof:
    """The member answers. Raises NotFound for somebody else's, an answered or an expired one."""
    changed = {"confirmed_at": at} if agrees else {"declined_at": at}
    done = session.execute(
        update(SpendingProof)
        .where(*waiting(proof_id, at), SpendingProof.member_id == member_id, SpendingProof.way == "app")
        .values(**changed)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotFound("proof_not_found")
    subject, changes = ("member", member_id), {"proof": proof_id}
    if agrees:
        audit.record(session, "proofs:confirm", subject, actor=actor, at=at, changes=changes)
    else:
        audit.record(session, "proofs:decline", subject, actor=actor, at=at, changes=changes)
    return session.get_one(SpendingProof, proof_id)


def use_proof(
    session: Session,
    proof: Proof | None,
    member_id: int,
    amount: int,
    *,
    store_id: int,
    confirm_above: int,
    unsold: ColumnElement[bool],
    actor: Actor,
    at: datetime,
) -> None:
    """Use a proof up for a sale that spends `amount` fen of the member's. Raises ProofRequired (403) when it does not reach.

    `unsold`: a scan counts as long as nothing was sold to the member since (queries.is_fresh).
    """
    if proof is None:
        raise ProofRequired("none")
    if proof.kind == "scan":
        if amount > confirm_above:
            raise ProofRequired("confirm")
        _use_scan(session, proof.id, member_id, amount, store_id=store_id, unsold=unsold, actor=actor, at=at)
        return
    barred = "code" if amount > confirm_above else ""
    if not _use_asked(session, proof, member_id, amount, barred=barred, store_id=store_id, actor=actor, at=at):
        raise ProofRequired("confirm" if barred and _is_said(session, proof) else "unusable")


def _use_asked(
    session: Session,
    proof: Proof,
    member_id: int,
    amount: int,
    *,
    barred: str = "",
    store_id: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Whether a proof that was asked for could be used, once; `barred` is a way that does not reach."""
    given = {
        "proof": proof.id, "member": member_id, "store": store_id, "staff": asker_of(actor), "now": at, "fen": amount,
        "barred": barred,
    }  # fmt: skip
    return bool(session.connection().execute(_USE, given).rowcount)


def _is_said(session: Session, proof: Proof) -> bool:
    return session.scalar(select(_proofs.c.way).where(_proofs.c.id == proof.id)) == "code"


def _use_scan(
    session: Session,
    scan_id: int,
    member_id: int,
    amount: int,
    *,
    store_id: int,
    unsold: ColumnElement[bool],
    actor: Actor,
    at: datetime,
) -> None:
    """A member code proves for ten minutes, at the store and to the person that read it, for one sale (which may have spent nothing)."""
    if not is_fresh(session, scan_id, member_id, store_id=store_id, unsold=unsold, actor=actor, at=at):
        raise ProofRequired("scan_again")
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "member_id": member_id, "store_id": store_id, "staff_id": asker_of(actor),
        "way": "scan", "most": amount, "words": "", "scan_id": scan_id, "created_at": at, "confirmed_at": at,
        "used_at": at, "expires_at": at,
    }  # fmt: skip
    note = build(_proofs).on_conflict_do_nothing().returning(_proofs.c.id)
    if session.connection().execute(note, row).first() is None:
        raise ProofRequired("scan_again")


def open_proof(
    session: Session, member_id: int, way: str, most: int, words: str, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """Note what is asked of a member; it holds for ten minutes."""
    proof = SpendingProof(
        member_id=member_id,
        store_id=store_id,
        staff_id=asker_of(actor),
        way=way,
        most=most,
        words=words,
        created_at=at,
        expires_at=at + PROOF_LIFE,
    )
    session.add(proof)
    session.flush()
    changes = {"way": way, "most": most, "words": words}
    audit.record(
        session, "proofs:create", ("member", member_id), actor=actor, at=at, store_id=store_id, changes=changes
    )
    return proof
