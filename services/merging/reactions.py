"""What follows a merge: a word to both cards (domain.md, *Roles*: a notice of each balance change)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from services.members.queries import find_reader, get_member
from services.merging import texts
from services.merging.events import MembersMerged, MergeUndone
from services.messaging import commands as messaging
from services.messaging.texts import Text
from services.stores.queries import load_settings


def tell_of_merge(session: Session, event: MembersMerged) -> None:
    """Say, once, which card goes on."""
    stays, gone = get_member(session, event.winner_id).number, get_member(session, event.loser_id).number
    shop = str(load_settings(session)["shop.name"])
    _tell_both(session, event, "merge", lambda language: texts.merged(language, shop=shop, stays=stays, gone=gone))


def tell_of_undoing(session: Session, event: MergeUndone) -> None:
    """Say, once, that both cards are what they were."""
    _tell_both(session, event, "merge-undone", texts.undone)


def _tell_both(session: Session, event: MembersMerged | MergeUndone, key: str, words: Callable[[str], Text]) -> None:
    """Also to the silent: it is about what they hold."""
    for member_id in (event.winner_id, event.loser_id):
        reader = find_reader(session, member_id)
        if reader.erased:
            continue
        language = reader.language or str(load_settings(session)["shop.language"])
        messaging.send_message(
            session, member_id, key=f"{key}:{event.merge_id}", category="service", text=words(language), path="",
            language=language, at=datetime.fromisoformat(event.at),
        )  # fmt: skip
