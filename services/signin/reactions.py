"""What follows a question to a member: a word on their phone (domain.md, *Stored value*, proof for spending)."""

from sqlalchemy.orm import Session

from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging import texts
from services.messaging.texts import Text
from services.signin.events import SpendingAsked, SpendingOverridden
from services.signin.models import SpendingProof
from services.signin.rules import PROOF_LIFE
from services.stores.queries import load_settings


def ask_member(session: Session, event: SpendingAsked) -> None:
    """Ask in the inbox and on the member's devices; after ten minutes nobody waits any more."""
    language, shop = _speak(session, event.member_id)
    path = f"/member/confirmations/{event.proof_id}"
    _tell(session, event, texts.spending_asked(language, shop=shop, most=event.most), path, language)


def tell_of_override(session: Session, event: SpendingOverridden) -> None:
    """Tell the member that a manager answered for them."""
    language, shop = _speak(session, event.member_id)
    _tell(session, event, texts.spending_overridden(language, shop=shop, most=event.most), "", language)


def _speak(session: Session, member_id: int) -> tuple[str, str]:
    settings = load_settings(session)
    return find_reader(session, member_id).language or str(settings["shop.language"]), str(settings["shop.name"])


def _tell(session: Session, event: SpendingAsked | SpendingOverridden, text: Text, path: str, language: str) -> None:
    proof = session.get_one(SpendingProof, event.proof_id)
    messaging.send_message(
        session, event.member_id, key=f"proof:{proof.id}", category="service", text=text, path=path,
        language=language, at=proof.created_at, kept=PROOF_LIFE,
    )  # fmt: skip
