"""What members are told: a question about a spending (domain.md, *Stored value*), and that somebody came in by a code of the shop; and
what the owner is told: that somebody guesses member codes (facts.md §7.1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.members.events import MemberChanged
from services.members.queries import find_reader, get_member
from services.messaging import commands as messaging
from services.messaging import texts
from services.messaging.texts import Text
from services.shared.actors import SYSTEM
from services.signin import texts as own_texts
from services.signin.commands.cool_downs import start_cool_down
from services.signin.events import (
    CodesGuessed,
    NewPhoneIn,
    PasskeyAdded,
    ShownCodeUsed,
    SpendingAsked,
    SpendingFrozen,
    SpendingOverridden,
    SpendingThawed,
    StaffWayChanged,
    WalletPinChanged,
)
from services.signin.models import Passkey, SpendingProof
from services.signin.permissions import FREEZES_LIFT
from services.signin.queries.cool_downs import has_come_in
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


def tell_of_new_phone(session: Session, event: NewPhoneIn) -> None:
    """Tell the member, on the phones that were there before, that a new one came in by a code."""
    at, zone = datetime.fromisoformat(event.at), ZoneInfo(load_settings(session).zone)
    language, _shop = _speak(session, event.member_id)
    text = own_texts.new_phone(language, when=at.astimezone(zone), device=event.device)
    messaging.send_message(
        session, event.member_id, key=event.key, category="service", text=text, path="/member/me/not-me",
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


def tell_of_staff_way(session: Session, event: StaffWayChanged) -> None:
    """Tell whose account it is; where a code was shown or used, every owner."""
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    person, when = identity.get_staff(session, event.staff_id), at.astimezone(ZoneInfo(settings.zone))
    owners = identity.list_owners(session) if event.what in ("code_used", "code_shown", "recovered") else []
    for each in {person.id: person, **{owner.id: owner for owner in owners if owner.disabled_at is None}}.values():
        language = each.language or str(settings["shop.language"])
        text = texts.staff_way(language, what=event.what, who=person.name, when=when)
        tag = f"way:{event.staff_id}:{event.what}:{event.at}"
        messaging.tell_staff(session, each.id, text, path="/staff/account", tag=tag, language=language, at=at)


def tell_of_guessing(session: Session, event: CodesGuessed) -> None:
    """Tell whoever answers for the shop, on the devices that receive notifications; the audit line stands without them."""
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    for person in identity.list_people_who_may(session, SETTINGS_CHANGE):
        language = person.language or str(settings["shop.language"])
        text = texts.codes_guessed(language, shop=str(settings["shop.name"]), who=event.who, count=event.count)
        tag = f"guessing:{event.at}"
        messaging.tell_staff(session, person.id, text, path="/staff/audit", tag=tag, language=language, at=at)


def tell_of_pin(session: Session, event: WalletPinChanged) -> None:
    """Tell the member that the wallet PIN is another one."""
    at, zone = datetime.fromisoformat(event.at), ZoneInfo(load_settings(session).zone)
    language, _shop = _speak(session, event.member_id)
    text = own_texts.pin_changed(language, when=at.astimezone(zone))
    messaging.send_message(
        session, event.member_id, key=f"pin:{event.at}", category="service", text=text, path="/member/me/not-me",
        language=language, at=at,
    )  # fmt: skip


def tell_of_freeze(session: Session, event: SpendingFrozen) -> None:
    """Tell everybody who may lift it."""
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    for person in identity.list_people_who_may(session, FREEZES_LIFT):
        language = person.language or str(settings["shop.language"])
        text = own_texts.frozen(language, shop=str(settings["shop.name"]))
        tag = f"freeze:{event.member_id}"
        messaging.tell_staff(session, person.id, text, path="/staff/freezes", tag=tag, language=language, at=at)


def tell_of_thaw(session: Session, event: SpendingThawed) -> None:
    """Tell the member that spending is open again."""
    language, _shop = _speak(session, event.member_id)
    messaging.send_message(
        session, event.member_id, key=f"thaw:{event.at}", category="service", text=own_texts.thawed(language), path="/member/",
        language=language, at=datetime.fromisoformat(event.at),
    )  # fmt: skip


def cool_changed_number(session: Session, event: MemberChanged) -> None:
    """Another phone number, and the member was in before: codes go to somebody who may be another. (Whoever never came in with something
    stored cools down when they do.)"""
    if "phone" in event.fields.split(",") and event.at and has_come_in(session, event.member_id):
        start_cool_down(session, event.member_id, "new_number", actor=SYSTEM, at=datetime.fromisoformat(event.at))


def tell_of_number(session: Session, event: MemberChanged) -> None:
    """Tell the member, on every phone that was there before, that the card has another number."""
    if "phone" not in event.fields.split(",") or not event.at:
        return
    at, (language, _shop) = datetime.fromisoformat(event.at), _speak(session, event.member_id)
    when = at.astimezone(ZoneInfo(load_settings(session).zone))
    text = own_texts.number_changed(language, when=when, ending=(get_member(session, event.member_id).phone or "")[-4:])
    messaging.send_message(
        session, event.member_id, key=f"phone:{event.at}", category="service", text=text, path="/member/me/not-me",
        language=language, at=at,
    )  # fmt: skip


def _speak(session: Session, member_id: int) -> tuple[str, str]:
    settings = load_settings(session)
    return find_reader(session, member_id).language or str(settings["shop.language"]), str(settings["shop.name"])


def _tell(session: Session, event: SpendingAsked | SpendingOverridden, text: Text, path: str, language: str) -> None:
    proof = session.get_one(SpendingProof, event.proof_id)
    messaging.send_message(
        session, event.member_id, key=f"proof:{proof.id}", category="service", text=text, path=path,
        language=language, at=proof.created_at, kept=PROOF_LIFE,
    )  # fmt: skip
