"""What a worker does: the list of who was not seen for long, and erasing whom somebody chose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.privacy import retention
from services.privacy.commands.erasing import erase_member, hold_member
from services.privacy.models import RetentionProposal
from services.shared.actors import SYSTEM


def write_proposals(
    session: Session, seen: Mapping[int, datetime], held: Mapping[int, str], window: tuple[int, int], *, at: datetime
) -> None:
    """Let the list say, for the ids after `window[0]` up to `window[1]`, that just `seen` were not seen for long, and what holds them.

    Who came back goes from it, also who was kept or chosen; whom somebody kept until now is proposed again.
    """
    table: Any = RetentionProposal.__table__
    first, last = window
    session.execute(
        delete(table).where(table.c.member_id > first, table.c.member_id <= last, table.c.member_id.not_in(seen))
    )
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {"member_id": each, "seen_at": moment, "proposed_at": at, "held": held.get(each, ""), "reason": ""}
        for each, moment in seen.items()
    ]
    if not rows:
        return
    new = insert(table)
    fresh = {"seen_at": new.excluded.seen_at, "held": new.excluded.held}
    session.execute(new.on_conflict_do_update(index_elements=["member_id"], set_=fresh), rows)
    over = update(table).where(table.c.member_id.in_(seen), table.c.kept_until <= at)
    session.execute(over.values(kept_until=None, kept_by=None, reason="", proposed_at=at))


def erase_chosen(session: Session, member_id: int, *, at: datetime) -> bool:
    """Erase a member whom somebody chose, unless they came back or something holds them by now; whether it was done."""
    hold_member(session, member_id)
    row = session.get(RetentionProposal, member_id, populate_existing=True)
    if row is None or row.chosen_at is None:
        return False
    seen, held = (
        retention.get_last_seen(session, [member_id])[member_id],
        retention.get_holds(session, [member_id], at=at).get(member_id, ""),
    )
    if seen >= retention.get_end(session, at):
        session.delete(row)
    elif held:
        row.chosen_at, row.reason, row.held = None, "", held
    elif erase_member(session, member_id, reason=row.reason, actor=SYSTEM, at=at) is not None:
        return True
    else:  # somebody else was faster
        session.delete(row)
    return False
