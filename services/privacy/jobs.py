"""What keeps erasures true by itself, who is proposed for one, and what is forgotten when its time is over."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from services.privacy import erased, retention
from services.privacy.commands import retention as commands
from services.shared import clock
from services.shared.database import reading, transaction

log = logging.getLogger(__name__)
PAGE = 500  # members that are looked at together
AFTER_ALL = 2**63 - 1


def keep_erasures() -> None:
    """Write the list of erasures beside the database, should the process have died between an erasure and its line."""
    erased.keep_list()


def propose_erasures() -> None:
    """Make the list of members who were not seen for long anew, page by page; done twice, or taken up after a death, it says the same."""
    at, after = clock.now(), 0
    while after < AFTER_ALL:
        with reading() as session:
            seen, last = _look(session, after, at)
            held = retention.get_holds(session, seen.keys(), at=at) if seen else {}
        with transaction() as session:
            commands.write_proposals(session, seen, held, (after, last), at=at)
        after = last


def _look(session: Session, after: int, at: datetime) -> tuple[dict[int, datetime], int]:
    """Who of the next members was not seen for long, and since when; up to which id was looked."""
    end = retention.get_end(session, at)
    quiet = retention.list_quiet(session, end, after=after, limit=PAGE)
    seen = retention.get_last_seen(session, quiet) if quiet else {}
    silent = {each: seen[each] for each in quiet if seen[each] < end}
    return silent, (quiet[-1] if len(quiet) == PAGE else AFTER_ALL)


def erase_chosen_members() -> None:
    """Erase whom somebody chose, each in a transaction of their own; what a dead worker left is found again."""
    with reading() as session:
        chosen = retention.list_chosen(session)
    for member_id in chosen:
        try:
            with transaction() as session:
                commands.erase_chosen(session, member_id, at=clock.now())
        except Exception:
            log.exception("member %s could not be erased", member_id)
