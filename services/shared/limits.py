"""Limits on guesses, codes and cost, as rows in the database: they hold over restarts, processes and machines.

A window slides: each subject of a rule has one row with the moments of its tries, so that the last `seconds` are counted exactly
and nobody gets twice as many around the turn of an hour. A try that was refused is not kept: who waits gets in again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared.database import reading, transaction
from services.shared.models import Limit
from services.shared.refusals import TooMany


@dataclass(frozen=True)
class Rule:
    """At most `most` times within any `seconds`, counted under `name`."""

    name: str
    most: int
    seconds: int


def spend(rule: Rule, subject: str, *, at: datetime) -> int:
    """Count one try of `subject` in a transaction of its own (a refusal that follows does not take it back).

    Returns how many are left in this window. Raises TooMany when none was.
    """
    with transaction() as session:
        tries = [*_counting(rule, _hold(session, rule, subject, at), at), at]
        if len(tries) <= rule.most:
            _keep(session, rule, subject, tries)
    if len(tries) > rule.most:
        raise TooMany(retry_after=_seconds_left(rule, tries[:-1], at))
    return rule.most - len(tries)


def require_room(rule: Rule, subject: str, *, at: datetime) -> None:
    """Raise TooMany when `subject` has used up this window; counts nothing."""
    with reading() as session:
        tries = _counting(rule, session.scalar(select(Limit.tries).where(*_is(rule, subject))) or (), at)
    if len(tries) >= rule.most:
        raise TooMany(retry_after=_seconds_left(rule, tries, at))


def clear(rule: Rule, subject: str) -> None:
    """Forget the tries: the right answer was given."""
    with transaction() as session:
        session.execute(delete(Limit).where(*_is(rule, subject)))


def give_back(rule: Rule, subject: str, *, at: datetime) -> None:
    """Take the try that was counted `at` back: it was a right answer after all. Trying is counted first, so that many at once
    cannot slip by."""
    with transaction() as session:
        tries = _counting(rule, _hold(session, rule, subject, at), at)
        if at in tries:
            tries.remove(at)
        _keep(session, rule, subject, tries)


def forget_old(at: datetime) -> None:
    """Drop rows whose last try counts no more."""
    with transaction() as session:
        session.execute(delete(Limit).where(Limit.expires_at <= at))


def forget_subjects(session: Session, subjects: Collection[str]) -> None:
    """Drop every row of these subjects: they are erased."""
    session.execute(delete(Limit).where(Limit.subject.in_(subjects)))


def _is(rule: Rule, subject: str) -> tuple[Any, Any]:
    return Limit.name == rule.name, Limit.subject == subject


def _hold(session: Session, rule: Rule, subject: str, at: datetime) -> list[str]:
    """The tries that stand in the subject's row, which is locked (and made, if need be) until the transaction ends."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Limit).values(name=rule.name, subject=subject, tries=[], expires_at=at)
    held = row.on_conflict_do_update(index_elements=["name", "subject"], set_={"name": rule.name})
    tries: list[str] = session.execute(held.returning(Limit.tries)).scalar_one()
    return tries


def _keep(session: Session, rule: Rule, subject: str, tries: list[datetime]) -> None:
    if not tries:
        session.execute(delete(Limit).where(*_is(rule, subject)))
        return
    over = max(tries) + timedelta(seconds=rule.seconds)
    kept = {"tries": [each.isoformat() for each in tries], "expires_at": over}
    session.execute(update(Limit).where(*_is(rule, subject)).values(kept))


def _counting(rule: Rule, tries: Iterable[str], at: datetime) -> list[datetime]:
    """The tries that lie within the window that ends `at`, in their order."""
    since = at - timedelta(seconds=rule.seconds)
    return [moment for moment in map(datetime.fromisoformat, tries) if moment > since]


def _seconds_left(rule: Rule, tries: list[datetime], at: datetime) -> int:
    """Until enough of the tries have left the window for one more."""
    room = tries[-rule.most] + timedelta(seconds=rule.seconds)
    return max(1, ceil((room - at).total_seconds()))
