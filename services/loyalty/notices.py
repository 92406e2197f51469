"""Writing to a member about points and levels: once per key, in the member's language, only to who listens."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.loyalty import texts
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging.texts import Text
from services.shared.days import local_day
from services.stores.queries import load_settings


def tell(session: Session, member_id: int, key: str, words: Callable[[str], Text], path: str, *, at: datetime) -> None:
    """Put a service message into the inbox, and on the way to the member's devices."""
    reader = find_reader(session, member_id)
    if not reader.listens:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    messaging.send_message(
        session,
        member_id,
        key=key,
        category="service",
        text=words(language),
        path=path,
        language=language,
        at=at,
    )


def warn_of_end(session: Session, member_id: int, points: int, end: datetime, days: int, *, at: datetime) -> None:
    """So many `points` expire at `end`, in up to `days` days: told once per end and warning."""
    last = local_day(end - timedelta(seconds=1), load_settings(session).zone)
    key = f"points-end:{last}:{days}"
    tell(
        session,
        member_id,
        key,
        lambda language: texts.points_end(language, points=points, day=last),
        "/member/points",
        at=at,
    )
