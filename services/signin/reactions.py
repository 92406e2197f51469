"""What members are told: a question about a spending (domain.md, *Stored value*), and that somebody came in by a code of the shop; and
what the owner is told: that somebody guesses member codes (facts.md §7.1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging import texts
from services.messaging.texts import Text
from services.signin.events import CodesGuessed, PasskeyAdded, ShownCodeUsed, SpendingAsked, SpendingOverridden
from services.signin.models import Passkey, SpendingProof
from services.signin.rules import PROOF_LIFE
from services.stores.permissions import SETTINGS_CHANGE
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


def tell_of_signin(session: Session, event: ShownCodeUsed) -> None:
    """Tell the member, on their other devices too, that a code which staff showed has let somebody in."""
    at, zone = datetime.fromisoformat(event.at), ZoneInfo(load_settings(session).zone)
    language, _shop = _speak(session, event.member_id)
    text = texts.signed_in_by_staff(language, when=at.astimezone(zone), device=event.device)
    messaging.send_message(
        session, event.member_id, key=f"signin:{event.code_id}", category="service", text=text, path="",
        language=language, at=at,
    )  # fmt: skip


def tell_of_passkey(session: Session, event: PasskeyAdded) -> None:
    """Tell whose account it is that another passkey opens it from now on; unless that is gone already."""
    if session.get(Passkey, event.passkey_id) is None:
        return
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    when = at.astimezone(ZoneInfo(settings.zone))
    if event.staff_id is not None:
        language = identity.get_staff(session, event.staff_id).language or str(settings["shop.language"])
        text = texts.passkey_added(language, when=when, name=event.name)
        path, tag = "/staff/account/passkeys", f"passkey:{event.passkey_id}"
        messaging.tell_staff(session, event.staff_id, text, path=path, tag=tag, language=language, at=at)
    if event.member_id is None:
        return
    language, _shop = _speak(session, event.member_id)
    text = texts.passkey_added(language, when=when, name=event.name)
    messaging.send_message(
        session, event.member_id, key=f"passkey:{event.passkey_id}", category="service", text=text,
        path="/member/me/passkeys", language=language, at=at,
    )  # fmt: skip


def tell_of_guessing(session: Session, event: CodesGuessed) -> None:
    """Tell whoever answers for the shop, on the devices that receive notifications; the audit line stands without them."""
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    for person in identity.list_people_who_may(session, SETTINGS_CHANGE):
        language = person.language or str(settings["shop.language"])
        text = texts.codes_guessed(language, shop=str(settings["shop.name"]), who=event.who, count=event.count)
        tag = f"guessing:{event.at}"
        messaging.tell_staff(session, person.id, text, path="/staff/audit", tag=tag, language=language, at=at)


def _speak(session: Session, member_id: int) -> tuple[str, str]:
    settings = load_settings(session)
    return find_reader(session, member_id).language or str(settings["shop.language"]), str(settings["shop.name"])


def _tell(session: Session, event: SpendingAsked | SpendingOverridden, text: Text, path: str, language: str) -> None:
    proof = session.get_one(SpendingProof, event.proof_id)
    messaging.send_message(
        session, event.member_id, key=f"proof:{proof.id}", category="service", text=text, path=path,
        language=language, at=proof.created_at, kept=PROOF_LIFE,
    )  # fmt: skip
