"""Limits on guesses, codes and cost, as rows in the database: they hold over restarts, processes and machines."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.shared.database import reading, transaction
from services.shared.models import Limit
from services.shared.refusals import TooMany


@dataclass(frozen=True)
class Rule:
    """At most `most` times per `seconds`, counted in fixed windows under `name`."""

    name: str
    most: int
    seconds: int


def _window(rule: Rule, at: datetime) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // rule.seconds * rule.seconds, UTC)


def spend(rule: Rule, subject: str, *, at: datetime) -> int:
    """Count one try of `subject` in a transaction of its own (a refusal that follows does not take it back).

    Returns how many are left in this window. Raises TooMany when none was.
    """
    window = _window(rule, at)
    with transaction() as session:
        insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Limit).values(
            name=rule.name,
            subject=subject,
            window=window,
            count=1,
            expires_at=window + timedelta(seconds=rule.seconds),
        )
        count: int = session.execute(
            statement.on_conflict_do_update(
                index_elements=["name", "subject", "window"], set_={"count": Limit.count + 1}
            ).returning(Limit.count)
        ).scalar_one()
    if count > rule.most:
        raise TooMany(retry_after=_seconds_left(rule, window, at))
    return rule.most - count


def require_room(rule: Rule, subject: str, *, at: datetime) -> None:
    """Raise TooMany when `subject` has used up this window; counts nothing."""
    window = _window(rule, at)
    with reading() as session:
        count = session.scalar(
            select(Limit.count).where(Limit.name == rule.name, Limit.subject == subject, Limit.window == window)
        )
    if (count or 0) >= rule.most:
        raise TooMany(retry_after=_seconds_left(rule, window, at))


def clear(rule: Rule, subject: str, *, at: datetime) -> None:
    """Forget the tries of this window: the right answer was given."""
    with transaction() as session:
        session.execute(
            delete(Limit).where(Limit.name == rule.name, Limit.subject == subject, Limit.window == _window(rule, at))
        )


def give_back(rule: Rule, subject: str, *, at: datetime) -> None:
    """Take one counted try back: it was a right answer after all. Trying is counted first, so that many at once cannot slip by."""
    with transaction() as session:
        session.execute(
            update(Limit)
            .where(
                Limit.name == rule.name,
                Limit.subject == subject,
                Limit.window == _window(rule, at),
                Limit.count > 0,
            )
            .values(count=Limit.count - 1)
        )


def forget_old(at: datetime) -> None:
    """Drop windows that are over."""
    with transaction() as session:
        session.execute(delete(Limit).where(Limit.expires_at < at))


def _seconds_left(rule: Rule, window: datetime, at: datetime) -> int:
    return max(1, int((window + timedelta(seconds=rule.seconds) - at).total_seconds()))
