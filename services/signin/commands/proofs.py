"""Proof for spending (domain.md, *Stored value*): wallet, points and coupons leave a member only when the member agrees.

A fresh member code is a proof by itself for smaller amounts, and so is a one-time code that the member says; the wallet PIN on top of
either reaches further. Else the member confirms in the app, or a manager answers for it. Each proof is used by one sale, by whoever asked
for it, by a conditional UPDATE or a unique row.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select, update
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
from services.signin.queries import Proof, require_base
from services.signin.queries.cool_downs import hold_cool_down, require_warm
from services.signin.queries.freezes import require_unfrozen
from services.signin.queries.proofs import COOLING_SINCE, UNFROZEN, find_fresh, waiting
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
        _proofs.c.merge_into.is_not_distinct_from(bindparam("into")),
        UNFROZEN,
    )
    .values(used_at=bindparam("now"))
    .returning(COOLING_SINCE)
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
    elif _use_asked(session, base, member_id, most, store_id=store_id, actor=actor, at=at) is None:
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
    stored: int = 0,
    cool_above: int = 0,
    spent_since: Callable[[datetime], int] | None = None,
    unsold: ColumnElement[bool],
    merge_into: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Use a proof up for a sale that spends `amount` fen of the member's, `stored` of them from the wallet. Raises ProofRequired (403)
    when it does not reach; above `cool_above` (0: never) also while the member cools down. Then all counts that
    left the wallet since: `spent_since` says how much, from above as the wallet is not known here.

    `unsold`: a scan counts as long as nothing was sold to the member since (queries.find_fresh). `merge_into`: not for a sale, but for
    becoming part of that member's card; what was asked for has to be asked for this.
    """
    if proof is None:
        raise ProofRequired("none")
    if stored > cool_above > 0:
        require_warm(session, proof, member_id, at=at)
    if proof.kind == "scan":
        if amount > confirm_above:
            raise ProofRequired("confirm")
        cooling = _use_scan(session, proof.id, member_id, amount, store_id=store_id, unsold=unsold, actor=actor, at=at)
    else:
        barred = "code" if amount > confirm_above else ""
        used = _use_asked(
            session, proof, member_id, amount, barred=barred, into=merge_into, store_id=store_id, actor=actor, at=at
        )
        if used is None:
            raise ProofRequired("confirm" if barred and _is_said(session, proof) else "unusable")
        cooling = used[0]
    if stored and cool_above and cooling is not None and spent_since is not None:
        hold_cool_down(session, member_id)  # of two sales at once the second sees what the first took
        if stored + spent_since(cooling) > cool_above:
            require_warm(session, proof, member_id, at=at)


def _use_asked(
    session: Session,
    proof: Proof,
    member_id: int,
    amount: int,
    *,
    barred: str = "",
    into: int | None = None,
    store_id: int,
    actor: Actor,
    at: datetime,
) -> Row[Any] | None:
    """Use a proof that was asked for, once: since when the member cools down, if so; None where it could not be. `barred` is a way that
    does not reach."""
    given = {
        "proof": proof.id, "member": member_id, "store": store_id, "staff": asker_of(actor), "now": at, "fen": amount,
        "barred": barred, "into": into,
    }  # fmt: skip
    return session.connection().execute(_USE, given).first()


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
) -> datetime | None:
    """A member code proves for ten minutes, at the store and to the person that read it, for one sale (which may have spent nothing).

    Answers since when the member cools down, if so.
    """
    fresh = find_fresh(session, scan_id, member_id, store_id=store_id, unsold=unsold, actor=actor, at=at)
    if fresh is None:
        raise ProofRequired("scan_again")
    if not use_up_scan(session, scan_id, member_id, amount, store_id=store_id, staff_id=asker_of(actor), at=at):
        raise ProofRequired("scan_again")
    since: datetime | None = fresh.cooling_since
    return since


def use_up_scan(
    session: Session, scan_id: int, member_id: int, amount: int, *, store_id: int, staff_id: int | None, at: datetime
) -> bool:
    """Note that a scan is used; False where it was, also where somebody else does so right now (it waits for them)."""
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "member_id": member_id, "store_id": store_id, "staff_id": staff_id,
        "way": "scan", "most": amount, "words": "", "scan_id": scan_id, "created_at": at, "confirmed_at": at,
        "used_at": at, "expires_at": at,
    }  # fmt: skip
    note = build(_proofs).on_conflict_do_nothing().returning(_proofs.c.id)
    return session.connection().execute(note, row).first() is not None


def open_proof(
    session: Session, member_id: int, way: str, most: int, words: str, *, merge_into: int | None = None, store_id: int,
    actor: Actor, at: datetime,
) -> SpendingProof:  # fmt: skip
    """Note what is asked of a member; it holds for ten minutes. Raises FrozenSpending."""
    require_unfrozen(session, member_id)
    proof = SpendingProof(
        member_id=member_id,
        store_id=store_id,
        staff_id=asker_of(actor),
        way=way,
        most=most,
        words=words,
        merge_into=merge_into,
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
