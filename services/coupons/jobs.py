"""Work on coupons that goes on by itself: lists to be given out, and what has expired."""

from services.coupons.commands import batches, expiring
from services.coupons.queries.batches import list_unfinished
from services.shared import clock
from services.shared.database import reading, transaction


def issue_batch(batch_id: int) -> None:
    """Give out the rest of one list, some members in each transaction."""
    more = True
    while more:
        with transaction() as session:
            more = batches.issue_part(session, batch_id, at=clock.now())


def issue_batches() -> None:
    """Go on with every list that a lost job or a dead worker left."""
    with reading() as session:
        unfinished = list_unfinished(session)
    for batch_id in unfinished:
        issue_batch(batch_id)


def expire_coupons() -> None:
    """Mark what has expired (it counts as expired before that), some in each transaction."""
    more = True
    while more:
        with transaction() as session:
            more = expiring.expire_coupons(session, at=clock.now())
