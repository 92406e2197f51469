"""The work of imports, some rows in each transaction; whatever dies in between, each row is done once."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from services.dataio.models import Import, ImportRow
from services.dataio.queries import list_working
from services.shared import clock
from services.shared.database import give_way, reading, transaction
from services.shared.refusals import Clash, Unavailable

log = logging.getLogger(__name__)

UNDOABLE = timedelta(days=7)
AT_A_TIME = 5_000  # rows that are forgotten in one transaction
TRIES = 5
AT_MOST_ALONE = 1_000  # rows after a failure that are done one by one: as many as a part has


def work_on_import(import_id: int) -> None:
    """Do the rest of what one import is at. A part that clashed with somebody at the counter is done again; one that fails is done row by
    row, and a row that fails by itself says so and holds up nobody."""
    from services.dataio.commands.working import give_up_row, work_part

    clashes, alone, more = 0, 0, True
    while more and clashes < TRIES:
        try:
            with transaction() as session:
                more = work_part(session, import_id, alone=alone > 0, at=clock.now())
            clashes, alone = 0, max(0, alone - 1)
            give_way()
        except Clash:
            clashes += 1
        except Unavailable:
            raise
        except Exception:
            log.exception("a part of import %s failed", import_id)
            if alone:
                with transaction() as session:
                    given_up = give_up_row(session, import_id)
                if not given_up:  # no row is to blame: the queue tries the job again later
                    raise
            alone = alone or AT_MOST_ALONE


def work_on_imports() -> None:
    """Go on with every import that a lost job or a dead worker left."""
    with reading() as session:
        working = list_working(session)
    for import_id in working:
        work_on_import(import_id)


def forget_rows() -> None:
    """Forget the rows of imports that can be undone no more, and of those that nobody went on with."""
    before = clock.now() - UNDOABLE
    while _forget_some(before):
        give_way()


def _forget_some(before: datetime) -> bool:
    with transaction() as session:
        over = select(Import).where(Import.forgotten_at.is_(None), Import.created_at < before)
        ended = Import.state.in_(("done", "undone")) & (Import.finished_at < before)
        settled = over.where(Import.state.in_(("matching", "checked")) | ended)
        found = session.scalars(settled.order_by(Import.id).limit(1)).first()
        if found is None:
            return False
        some = select(ImportRow.position).where(ImportRow.import_id == found.id).limit(AT_A_TIME)
        gone = session.execute(
            delete(ImportRow).where(ImportRow.import_id == found.id, ImportRow.position.in_(some))
        ).rowcount  # type: ignore[attr-defined]
        if not gone:
            session.execute(update(Import).where(Import.id == found.id).values(forgotten_at=clock.now()))
        return True
