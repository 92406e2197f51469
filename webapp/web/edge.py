"""The edge owns the transaction.

`read()` is the request's one read-only session. `write(effect)` runs an effect in one writing transaction under the request's
idempotency key and answers a repeated request with the stored answer. Views never open a session themselves.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Any, NoReturn, TypeVar

from flask import Flask, Response, current_app, g, jsonify, request
from flask_babel import get_locale
from sqlalchemy.orm import Session

from services.shared import clock, idempotency, limits
from services.shared.actors import Actor
from services.shared.database import reading, transaction
from services.shared.limits import Rule
from services.shared.refusals import Refusal
from services.shared.words import N_
from webapp.web import people

KEY_HEADER, KEY_FIELD = "Idempotency-Key", "idempotency_key"
_KEPT_HEADERS = ("Location", "Content-Type", "HX-Redirect", "HX-Trigger", "HX-Location")
_NOT_COMPARED = {KEY_FIELD, "csrf_token"}
Effect = Callable[[Session], Any]
T = TypeVar("T")


class KeyMissing(Refusal):
    """A state-changing request came without its idempotency key."""

    status = 400
    code = "idempotency_key_missing"
    text = N_("请求缺少 Idempotency-Key")


def init_app(app: Flask) -> None:
    """Close the request's reading session when the request is over."""
    app.teardown_appcontext(_close)


def read() -> Session:
    """The read-only session of this request: one snapshot."""
    if "reading" not in g:
        g.open_sessions = ExitStack()
        g.reading = g.open_sessions.enter_context(reading())
    return g.reading  # type: ignore[no-any-return]


def done_reading() -> None:
    """Give the request's reading connection back: before anything that opens a transaction of its own (as the limits below do), so that no
    request waits for a second connection while it holds a first. `read` opens a new one when asked again."""
    _close(None)


def spend(rule: Rule, subject: str, *, at: datetime) -> int:
    """Count one try of `subject` in a transaction of its own; how many are left. Raises TooMany when none was."""
    done_reading()
    return limits.spend(rule, subject, at=at)


def require_room(rule: Rule, subject: str, *, at: datetime) -> None:
    """Raise TooMany when `subject` has no try left; counts nothing."""
    done_reading()
    limits.require_room(rule, subject, at=at)


def clear(rule: Rule, subject: str) -> None:
    """Forget the tries of `subject`: the right answer was given."""
    done_reading()
    limits.clear(rule, subject)


def give_back(rule: Rule, subject: str, *, at: datetime) -> None:
    """Take the try that was counted `at` back."""
    done_reading()
    limits.give_back(rule, subject, at=at)


def _close(_error: BaseException | None) -> None:
    stack = g.pop("open_sessions", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def write(effect: Effect, *, keyed: bool = True, scope: str = "") -> Response:
    """Run `effect(session)` in one transaction and return its answer (a redirect, or small JSON: no page is rendered inside).

    With `keyed` (always, but for signing in and out, whose answer carries a secret) the request needs an idempotency key: the
    same key and body get the stored answer, whatever runs at the same time. Raises KeyMissing (400), Invalid
    `idempotency_key_reused` (422). Nothing is stored when the effect refuses. `scope` is under which name the key counts, where
    that is not who asks and what for.
    """
    get_locale()  # looked up now: words inside the write would take a second connection
    if not keyed:
        people.person()  # looked up now: inside it would take a second connection
        done_reading()
        with transaction() as session:
            return _response(effect(session))
    key, body_hash = key_of_request(), _fingerprint()
    scope = scope or _scope()
    _close(None)  # a snapshot older than the write must not answer what comes after it
    with transaction() as session:
        answer = idempotency.once(
            session,
            lambda: _freeze(_response(effect(session))),
            scope=scope,
            key=key,
            body_hash=body_hash,
            at=clock.now(),
        )
    return _thaw(answer)


def key_of_request() -> str:
    """The request's idempotency key. Raises KeyMissing."""
    key = request.headers.get(KEY_HEADER) or request.form.get(KEY_FIELD) or ""
    if not 8 <= len(key) <= 128:
        raise KeyMissing
    return key


def answered(scope: str = "") -> Response | None:
    """What this request's key was answered under `scope` (as for `write`), whatever had been asked; None when it is new."""
    done_reading()  # not in a snapshot older than the answer
    answer = idempotency.answered(read(), scope=scope or _scope(), key=key_of_request())
    return _thaw(answer) if answer else None


def _scope() -> str:
    return f"{people.actor().scope} {request.method} {request.path}"


def note_file(name: str, data: bytes) -> None:
    """Somebody has read the file that came as `name`: another one under the same key is another request."""
    g.setdefault("files", {})[name] = idempotency.fingerprint(data)


def before(look_up: Callable[[], T]) -> Callable[[], T]:
    """Look something up before the lock of `write`, which calls what this returns.

    A refusal waits until then too: a repeated request gets its stored answer, even where the same look-up would refuse by now.
    """
    try:
        found = look_up()
    except Refusal as refusal:
        return partial(_refuse, refusal)
    return lambda: found


def _refuse(refusal: Refusal) -> NoReturn:
    raise refusal


def actor() -> Actor:
    """Who acts in this request."""
    return people.actor()


def json_answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    response = jsonify(body)
    response.status_code = status
    return response


def _response(value: Any) -> Response:
    response: Response = current_app.make_response(value)
    return response


def _freeze(response: Response) -> idempotency.Answer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return idempotency.Answer(response.status_code, response.get_data(as_text=True), headers)


def _thaw(answer: idempotency.Answer) -> Response:
    response = Response(answer.body, answer.status, headers=answer.headers)
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint() -> str:
    if request.is_json:
        return idempotency.fingerprint(request.get_data())
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_COMPARED)
    files = sorted((name, file.filename) for name, file in request.files.items(multi=True))
    return idempotency.fingerprint(json.dumps([fields, files, g.get("files", {})]).encode())
