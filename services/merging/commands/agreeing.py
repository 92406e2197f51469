"""Whoever's card is to become part of another has agreed: by a member code, by a one-time code that they say, or a second person has."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from services.checkout.queries import UNSOLD
from services.merging.errors import MergeNotAgreed
from services.merging.permissions import MEMBERS_MERGE
from services.merging.queries.agreements import holds_something, takes_over
from services.merging.queries.previews import require_two
from services.shared.actors import Actor
from services.signin import commands as signin
from services.signin.models import SpendingProof
from services.signin.queries import Proof
from services.stores.queries import load_settings
from services.wallet.queries import get_balance
from services.wallet.queries.entries import get_spent_since


def send_merge_code(
    session: Session, winner_id: int, loser_id: int, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """Send the loser a one-time code, to be said at the counter. Raises Forbidden, FrozenSpending, MergeNotAgreed where there is more on
    the card than a code answers for."""
    actor.require(MEMBERS_MERGE)
    require_two(session, winner_id, loser_id)
    most = _require_little(session, loser_id)
    return signin.send_proof_code(session, loser_id, most, merge_into=winner_id, store_id=store_id, actor=actor, at=at)


def require_agreed(
    session: Session, winner_id: int, loser_id: int, phone: str, proof: Proof | None, *, store_id: int | None, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Use the proof up where one is needed. `phone` is whose number the one card has then (winner, loser).

    Raises MergeNotAgreed, ProofRequired.
    """
    if takes_over(session, winner_id, phone, at=at):
        raise MergeNotAgreed("phone")
    if not holds_something(session, loser_id, at=at):
        return
    if proof is None or store_id is None:
        raise MergeNotAgreed("none")
    settings, fen = load_settings(session), _require_little(session, loser_id)
    signin.use_proof(
        session, proof, loser_id, fen, store_id=store_id, confirm_above=settings["wallet.confirm_above"], stored=fen,
        cool_above=settings["wallet.cool_above"], spent_since=partial(get_spent_since, session, loser_id), unsold=UNSOLD,
        merge_into=winner_id, actor=actor, at=at,
    )  # fmt: skip


def _require_little(session: Session, loser_id: int) -> int:
    """How much is stored (fen), where a code answers for so much: as much as at a sale."""
    fen = get_balance(session, loser_id).total
    if fen > load_settings(session)["wallet.confirm_above"]:
        raise MergeNotAgreed("much")
    return fen
