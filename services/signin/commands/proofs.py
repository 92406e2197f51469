"""Proof for spending (domain.md, *Stored value*): wallet, points and coupons leave a member only when the member agrees.

A fresh member code is a proof by itself for smaller amounts; else the member confirms in the app, says a one-time code, or a manager
answers for it. Each proof is used by one sale, by a conditional UPDATE or a unique row.
"""

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.queries import find_reader, get_member
from services.messaging import commands as messaging
from services.messaging import texts
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.signin import permissions
from services.signin.errors import ProofRequired
from services.signin.events import SpendingAsked, SpendingOverridden
from services.signin.models import DevelopmentMail, Scan, SpendingProof
from services.signin.queries import Proof
from services.stores.queries import load_settings

LIFE = timedelta(minutes=10)
MOST_TRIES = 5

_proofs: Any = SpendingProof.__table__
_USE = (
    update(_proofs)
    .where(
        _proofs.c.id == bindparam("proof"),
        _proofs.c.member_id == bindparam("member"),
        _proofs.c.store_id == bindparam("store"),
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
    proof = _open(session, member_id, "app", most, words, store_id=store_id, actor=actor, at=at)
    announce(session, SpendingAsked(proof.id, member_id, store_id, most), at=at)
    return proof


def send_proof_code(
    session: Session, member_id: int, most: int, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """Send the member a one-time code, to be said at the counter: it agrees that up to `most` fen may be spent."""
    actor.require(permissions.PROOFS_CREATE, store_id)
    proof = _open(session, member_id, "code", most, "", store_id=store_id, actor=actor, at=at)
    digits = ids.digits(6)
    proof.code_hash = runtime.keys().hash(f"proof:{proof.id}:{digits}")
    session.flush()
    if runtime.config().demo:
        phone = get_member(session, member_id).phone
        session.add(DevelopmentMail(recipient=phone or "", text=digits, created_at=at))
    settings = load_settings(session)
    language = find_reader(session, member_id).language or str(settings["shop.language"])
    text = texts.spending_code(language, shop=settings["shop.name"], digits=digits, most=most)
    key = f"proof:{proof.id}"
    messaging.send_message(
        session, member_id, key=key, category="service", text=text, path="", language=language, at=at, kept=LIFE
    )
    return proof


def enter_proof_code(session: Session, proof_id: int, digits: str, *, actor: Actor, at: datetime) -> bool:
    """The code that the member says. False when it is wrong: the try is counted and must be committed. Raises NotFound.

    Each try is claimed before it is compared, so that many at once get no more than five.
    """
    proof = session.get(SpendingProof, proof_id)
    if proof is None:
        raise NotFound("proof_not_found")
    actor.require(permissions.PROOFS_CREATE, proof.store_id)
    row = session.execute(
        update(SpendingProof)
        .where(*_waiting(proof_id, at), SpendingProof.way == "code", SpendingProof.wrong_tries < MOST_TRIES)
        .values(wrong_tries=SpendingProof.wrong_tries + 1)
        .returning(SpendingProof.code_hash)
    ).first()
    if row is None:
        raise NotFound("proof_not_found")
    subject = ("member", proof.member_id)
    if not hmac.compare_digest(runtime.keys().hash(f"proof:{proof_id}:{digits}"), row.code_hash or ""):
        audit.record(session, "proofs:miss", subject, actor=actor, at=at, changes={"proof": proof_id})
        return False
    session.execute(update(SpendingProof).where(SpendingProof.id == proof_id).values(confirmed_at=at))
    audit.record(session, "proofs:confirm", subject, actor=actor, at=at, changes={"proof": proof_id})
    return True


def note_pin_proof(
    session: Session, member_id: int, most: int, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """The member has typed the wallet PIN (queries.check_wallet_pin): up to `most` fen may be spent."""
    actor.require(permissions.PROOFS_CREATE, store_id)
    proof = _open(session, member_id, "pin", most, "", store_id=store_id, actor=actor, at=at)
    proof.confirmed_at = at
    session.flush()
    return proof


def override_proof(
    session: Session, member_id: int, most: int, reason: str, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """A manager answers for the member: with a reason, an audit line, and a notice to the member."""
    actor.require(permissions.PROOFS_OVERRIDE, store_id)
    proof = _open(session, member_id, "override", most, reason, store_id=store_id, actor=actor, at=at)
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
        .where(*_waiting(proof_id, at), SpendingProof.member_id == member_id, SpendingProof.way == "app")
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


def _waiting(proof_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """A proof that was asked for and is still to be answered."""
    return (
        SpendingProof.id == proof_id,
        SpendingProof.confirmed_at.is_(None),
        SpendingProof.declined_at.is_(None),
        SpendingProof.expires_at > at,
    )


def use_proof(
    session: Session,
    proof: Proof | None,
    member_id: int,
    amount: int,
    *,
    store_id: int,
    confirm_above: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Use a proof up for a sale that spends `amount` fen of the member's. Raises ProofRequired (403) when it does not reach."""
    if proof is None:
        raise ProofRequired("none")
    if proof.kind == "proof":
        given = {"proof": proof.id, "member": member_id, "store": store_id, "now": at, "fen": amount}
        if not session.connection().execute(_USE, given).rowcount:
            raise ProofRequired("unusable")
        return
    if amount > confirm_above:
        raise ProofRequired("confirm")
    _use_scan(session, proof.id, member_id, amount, store_id=store_id, actor=actor, at=at)


def _use_scan(
    session: Session, scan_id: int, member_id: int, amount: int, *, store_id: int, actor: Actor, at: datetime
) -> None:
    """A member code proves for ten minutes, at the store and to the person that read it, for one sale."""
    fresh = session.scalar(
        select(Scan.id).where(
            Scan.id == scan_id, Scan.member_id == member_id, Scan.store_id == store_id, Scan.at > at - LIFE,
            Scan.actor_kind == actor.kind, Scan.actor_id.is_(None) if actor.id is None else Scan.actor_id == actor.id,
        )
    )  # fmt: skip
    if fresh is None:
        raise ProofRequired("scan_again")
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "member_id": member_id, "store_id": store_id, "staff_id": actor.id if actor.kind == "staff" else None,
        "way": "scan", "most": amount, "words": "", "scan_id": scan_id, "created_at": at, "confirmed_at": at,
        "used_at": at, "expires_at": at,
    }  # fmt: skip
    if not session.connection().execute(build(_proofs).on_conflict_do_nothing(), row).rowcount:
        raise ProofRequired("scan_again")


def _open(
    session: Session, member_id: int, way: str, most: int, words: str, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    proof = SpendingProof(
        member_id=member_id,
        store_id=store_id,
        staff_id=actor.id if actor.kind == "staff" else None,
        way=way,
        most=most,
        words=words,
        created_at=at,
        expires_at=at + LIFE,
    )
    session.add(proof)
    session.flush()
    changes = {"way": way, "most": most, "words": words}
    audit.record(
        session, "proofs:create", ("member", member_id), actor=actor, at=at, store_id=store_id, changes=changes
    )
    return proof
