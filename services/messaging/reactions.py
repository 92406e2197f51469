"""What follows when a member does not want to be written to any more."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.members.events import ConsentWithdrawn
from services.members.queries import find_reader
from services.members.rules.purposes import MARKETING, MEMBERSHIP
from services.messaging import commands, outgoing, texts
from services.stores.queries import load_settings


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
