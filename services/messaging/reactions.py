"""What follows when a member does not want to be written to any more, and what is asked in families."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.family.events import BirthAsked, FamilyStopped
from services.family.models import Pregnancy
from services.members.events import ConsentWithdrawn
from services.members.queries import find_reader
from services.members.rules.purposes import MARKETING, MEMBERSHIP
from services.messaging import commands, outgoing, texts
from services.stores.queries import load_settings

FAMILY = "family:"  # how the keys of messages about pregnancies and babies begin


def stop_deliveries(session: Session, event: ConsentWithdrawn) -> None:
    """What waits for a sender is not sent any more (PIPL: withdrawal also reaches what is queued): all of it, or what is marketing."""
    if event.kind in {MEMBERSHIP, MARKETING}:
        outgoing.cancel(session, event.member_id, None if event.kind == MEMBERSHIP else "marketing")


def tell_of_withdrawal(session: Session, event: ConsentWithdrawn) -> None:
    """Say in the inbox, as the last word, that somebody else than the member wrote a withdrawal down: it silences the shop."""
    reader = find_reader(session, event.member_id)
    if event.by == "member" or not event.at or reader.erased:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    commands.send_message(
        session, event.member_id, key=f"withdrawal:{event.kind}:{event.at}", category="service",
        text=texts.withdrawal_noted(language), path="/member/me/privacy", language=language,
        at=datetime.fromisoformat(event.at),
    )  # fmt: skip


def ask_about_birth(session: Session, event: BirthAsked) -> None:
    """Ask once, in neutral words: nothing is assumed. Whoever stopped meanwhile, or told of the birth, is not asked."""
    reader = find_reader(session, event.member_id)
    pregnancy = session.get(Pregnancy, event.pregnancy_id)
    if not reader.listens or pregnancy is None or pregnancy.state != "expecting":
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    commands.send_message(
        session, event.member_id, key=f"{FAMILY}birth:{event.pregnancy_id}:{event.at}", category="care",
        text=texts.birth_asked(language), path="/member/me/family", language=language, at=datetime.fromisoformat(event.at),
    )  # fmt: skip


def stop_family_deliveries(session: Session, event: FamilyStopped) -> None:
    """What waits for a sender about pregnancies and babies is not sent any more."""
    outgoing.cancel_keyed(session, event.member_id, FAMILY)
