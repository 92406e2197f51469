"""A family goes from one card to another of the same person, without anybody twice."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.family.events import FamilyStopped
from services.family.models import Child, Pregnancy
from services.shared.events import announce

SAME = timedelta(days=30)  # due dates are told anew: so near to each other they are of one pregnancy
OPEN = ("preparing", "expecting")


def hand_on_family(session: Session, from_id: int, to_id: int, *, at: datetime) -> dict[str, list[int]]:
    """Children and pregnancies that the other card does not know; their ids. What either stopped stays stopped."""
    mine = session.scalars(select(Child).where(Child.member_id == to_id)).all()
    children = []
    for child in session.scalars(select(Child).where(Child.member_id == from_id)).all():
        twins = [each for each in mine if _same_child(each, child)]
        for twin in twins:
            twin.quiet_at = twin.quiet_at or child.quiet_at
        if not twins:
            child.member_id = to_id
            children.append(child.id)
    known = session.scalars(select(Pregnancy).where(Pregnancy.member_id == to_id)).all()
    pregnancies = []
    for told in session.scalars(select(Pregnancy).where(Pregnancy.member_id == from_id)).all():
        same = [each for each in known if _same_pregnancy(each, told)]
        if not same:
            told.member_id = to_id
            pregnancies.append(told.id)
    session.flush()
    _keep_quiet(session, from_id, to_id, at)
    return {"children": children, "pregnancies": pregnancies}


def _keep_quiet(session: Session, from_id: int, to_id: int, at: datetime) -> None:
    """Whoever stopped on either card has stopped: no pregnancy goes on, and no child born on the day of a quiet one speaks again."""
    cards = (from_id, to_id)
    stopped = select(Pregnancy.id).where(Pregnancy.member_id.in_(cards), Pregnancy.state == "stopped").limit(1)
    quiet = set(session.scalars(select(Child.born_on).where(Child.member_id.in_(cards), Child.quiet_at.is_not(None))))
    stops = session.scalar(stopped) is not None
    if stops:
        going = (Pregnancy.member_id == to_id, Pregnancy.state.in_(OPEN))
        session.execute(update(Pregnancy).where(*going).values(state="stopped", ended_at=at))
    loud = (Child.member_id == to_id, Child.quiet_at.is_(None), Child.born_on.in_(quiet))
    session.execute(update(Child).where(*loud).values(quiet_at=at))
    if stops or quiet:
        announce(session, FamilyStopped(to_id), at=at)


def hand_back_family(session: Session, from_id: int, to_id: int, moved: dict[str, list[int]]) -> None:
    """What came goes back, as it is by now."""
    for table, ids in ((Child, moved["children"]), (Pregnancy, moved["pregnancies"])):
        theirs = update(table).where(table.id.in_(ids), table.member_id == from_id)
        session.execute(theirs.values(member_id=to_id))


def _same_child(one: Child, other: Child) -> bool:
    names = {one.name.strip().casefold(), other.name.strip().casefold()} - {""}
    return one.born_on == other.born_on and len(names) < 2


def _same_pregnancy(one: Pregnancy, other: Pregnancy) -> bool:
    if one.due_on is None or other.due_on is None:
        return one.state in OPEN and other.state in OPEN
    return abs(one.due_on - other.due_on) <= SAME
