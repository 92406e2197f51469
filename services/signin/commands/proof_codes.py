"""A one-time code to the member, who says it at the counter (domain.md, *Stored value*, proof for spending)."""

import hmac
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.queries import find_reader, get_member
from services.messaging import commands as messaging
from services.messaging import texts
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin import permissions
from services.signin.commands.proofs import open_proof
from services.signin.models import DevelopmentMail, SpendingProof
from services.signin.queries.proofs import get_asked_proof, waiting
from services.signin.rules import PROOF_LIFE
from services.stores.queries import load_settings

MOST_TRIES = 5


def send_proof_code(
    session: Session,
    member_id: int,
    most: int,
    *,
    merge_into: int | None = None,
    store_id: int,
    actor: Actor,
    at: datetime,
) -> SpendingProof:
    """Send the member a one-time code, to be said at the counter: it agrees that up to `most` fen may be spent; or, with `merge_into`, that
    their card with up to so much on it becomes part of that member's."""
    actor.require(permissions.PROOFS_CREATE, store_id)
    proof = open_proof(
        session, member_id, "code", most, "", merge_into=merge_into, store_id=store_id, actor=actor, at=at
    )
    digits = ids.digits(6)
    proof.code_hash = runtime.keys().hash(f"proof:{proof.id}:{digits}")
    session.flush()
    if runtime.config().demo:
        phone = get_member(session, member_id).phone
        session.add(DevelopmentMail(recipient=phone or "", text=digits, created_at=at))
    settings = load_settings(session)
    language = find_reader(session, member_id).language or str(settings["shop.language"])
    shop = settings["shop.name"]
    if merge_into is None:
        text = texts.spending_code(language, shop=shop, digits=digits, most=most)
    else:
        number = get_member(session, merge_into).number
        text = texts.merging_code(language, shop=shop, digits=digits, number=number)
    key = f"proof:{proof.id}"
    messaging.send_message(
        session, member_id, key=key, category="service", text=text, path="", language=language, at=at, kept=PROOF_LIFE
    )
    return proof


def enter_proof_code(session: Session, proof_id: int, digits: str, *, actor: Actor, at: datetime) -> bool:
    """The code that the member says. False when it is wrong: the try is counted and must be committed.

    Raises NotFound, also where somebody else asked. Each try is claimed before it is compared, so that many at once get no more than five.
    """
    proof = get_asked_proof(session, proof_id, actor=actor, at=at)
    row = session.execute(
        update(SpendingProof)
        .where(*waiting(proof_id, at), SpendingProof.way == "code", SpendingProof.wrong_tries < MOST_TRIES)
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
