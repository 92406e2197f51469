"""Same key, same body: the same answer, one effect (domain.md, *Ground*). The row is written in the transaction of the effect."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared import runtime
from services.shared.models import IdempotencyKey
from services.shared.refusals import Invalid
from services.shared.wiping import Traces
from services.shared.words import N_

KEPT = timedelta(days=30)

# Built once: every request that changes something passes here.
_keys: Any = IdempotencyKey.__table__
_this = (_keys.c.scope == bindparam("in_scope"), _keys.c.key == bindparam("of_key"))
_FIND = select(_keys.c.body_hash, _keys.c.status, _keys.c.answer).where(*_this)
_CLAIM = {
    name: insert(_keys).on_conflict_do_nothing().returning(_keys.c.key)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_ANSWER = update(_keys).where(*_this).values(status=bindparam("new_status"), answer=bindparam("new_answer"))


@dataclass(frozen=True)
class Answer:
    """What a request was answered: HTTP status, headers worth keeping (Location) and body text."""

    status: int
    body: str
    headers: dict[str, str]
    replayed: bool = False


def fingerprint(body: bytes) -> str:
    """Seal by which two bodies are compared: a body may hold a password or six digits, which a hash without a key would give away."""
    return runtime.keys().sign("idempotency", body).hex()


def earlier(session: Session, *, scope: str, key: str, body_hash: str) -> Answer | None:
    """The stored answer for this key, if any. Raises Invalid `idempotency_key_reused` when the body differs."""
    row = _row(session, scope, key)
    if row is None:
        return None
    if row.body_hash not in ("", body_hash):  # empty: from before it was sealed (migration 0031)
        raise Invalid(code="idempotency_key_reused", text=N_("这个操作编号已用在另一个请求上"))
    return _stored(row)


def answered(session: Session, *, scope: str, key: str) -> Answer | None:
    """What was answered under this key, whatever had been asked."""
    row = _row(session, scope, key)
    return None if row is None else _stored(row)


def _row(session: Session, scope: str, key: str) -> Any | None:
    row: Any = session.connection().execute(_FIND, {"in_scope": scope, "of_key": key}).first()
    return None if row is None or row.status == 0 else row


def _stored(row: Any) -> Answer:
    return Answer(row.status, _open(row.answer["sealed"]), row.answer["headers"], replayed=True)


def once(
    session: Session, produce: Callable[[], Answer], *, scope: str, key: str, body_hash: str, at: datetime
) -> Answer:
    """Run `produce` unless this key was answered before; store its answer beside its effect.

    Parallel duplicates wait: on SQLite for the write turn, on PostgreSQL on the unique key inserted here first.
    """
    connection = session.connection()
    row = {"scope": scope, "key": key, "body_hash": body_hash, "status": 0, "answer": {}, "created_at": at}
    if connection.execute(_CLAIM[connection.dialect.name], row).first() is None:
        stored = earlier(session, scope=scope, key=key, body_hash=body_hash)
        if stored is not None:
            return stored
    answer = produce()
    stored_answer = {"sealed": _seal(answer.body), "headers": answer.headers}
    connection.execute(
        _ANSWER, {"in_scope": scope, "of_key": key, "new_status": answer.status, "new_answer": stored_answer}
    )
    return answer


def forget_person(session: Session, scope: str, traces: Traces) -> None:
    """Empty the answers that were given to somebody who is erased (`scope`: member:9), or that hold something of theirs.

    The keys stay: what was done is still not done twice.
    """
    given = select(_keys.c.scope, _keys.c.key, _keys.c.answer).where(_keys.c.status != 0)
    for row in session.connection().execute(given.execution_options(yield_per=1000)).all():
        body = _open(row.answer["sealed"])
        if body and (row.scope.startswith(f"{scope} ") or traces.pattern.search(_readable(body))):
            emptied = {"sealed": _seal("{}" if body.startswith("{") else ""), "headers": row.answer["headers"]}
            mine = (_keys.c.scope == row.scope, _keys.c.key == row.key)
            session.connection().execute(update(_keys).where(*mine).values(answer=emptied))


def _readable(body: str) -> str:
    """JSON without escapes, anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body


def _seal(body: str) -> str:
    """Answers may carry what is told only once (a device's secret, a sign-in code): they rest encrypted."""
    return base64.b64encode(runtime.keys().encrypt(body.encode(), "idempotency")).decode()


def _open(sealed: str) -> str:
    return runtime.keys().decrypt(base64.b64decode(sealed), "idempotency").decode()


def forget_old(session: Session, *, at: datetime) -> None:
    """Drop keys past their 30 days."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < at - KEPT))
