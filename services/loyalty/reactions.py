"""What follows a change of points: a word to the member (domain.md, *Roles*: a notice of each balance change)."""

from sqlalchemy.orm import Session

from services.loyalty.events import PointsAdjusted
from services.loyalty.models import PointsEntry
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging import texts
from services.stores.queries import load_settings


def tell_member(session: Session, event: PointsAdjusted) -> None:
    """Say in the inbox, once, what was given or taken and why, and on the way to the member's devices."""
    entry = session.get_one(PointsEntry, event.entry_id)
    reader = find_reader(session, event.member_id)
    if not reader.listens:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    messaging.send_message(
        session,
        event.member_id,
        key=f"points:{event.entry_id}",
        category="service",
        text=texts.points(language, amount=event.amount, balance=event.balance, reason=entry.note),
        path="/member/points",
        language=language,
        at=entry.at,
    )
