"""What is undone to a savepoint is undone whole, whichever way it was written."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsAccount
from services.shared import database
from tests.cast import Cast
from tests.selling import welcome_member


def accounts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PointsAccount)) or 0


def test_bare_statements_within_a_savepoint_are_undone_with_it(shop: Cast) -> None:
    """Commands write with prepared statements on the session's connection, which the session remembers."""
    members = [welcome_member(shop.at, name, f"+861380013800{n}").id for n, name in enumerate(("林小满", "陈立夏"))]
    first, second = ({"member_id": member, "balance": 0, "sequence": 0, "mac": b""} for member in members)
    with database.transaction() as session:
        session.connection().execute(insert(PointsAccount), first)
        step = session.begin_nested()
        session.connection().execute(insert(PointsAccount), second)
        assert accounts(session) == 2
        step.rollback()
        assert accounts(session) == 1
        with session.begin_nested():
            session.connection().execute(insert(PointsAccount), second)
    with database.reading() as session:
        assert accounts(session) == 2
