"""Noting that somebody is still here: at most once in ten minutes (20 seconds on a device of the shop, an hour for a program), after the
answer has left."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from services.identity import commands as identity
from services.shared import clock
from services.shared.database import transaction
from services.signin import commands
from services.signin.commands.sessions import SEEN_EVERY, SEEN_ON_DEVICE
from webapp.web import cookies
from webapp.web.people import MEMBER_COOKIE, Person

USED_EVERY = timedelta(hours=1)
log = structlog.get_logger("presence")


def init_app(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_notice)


def _notice(response: Response) -> Response:
    person: Person | None = g.get("person")  # nobody asked who it is: a picture, a script
    if person is not None and person.app == "token":
        return _notice_program(response, person)
    if person is None or person.session_id is None or person.seen_at is None:
        return response
    every = SEEN_EVERY if person.device_id is None else SEEN_ON_DEVICE
    if clock.now() - person.seen_at < every or response.status_code >= 400 or not _is_touched(person):
        return response
    _stretch_cookie(response, person)
    session_id = person.session_id
    response.call_on_close(
        partial(_note, lambda session: commands.touch_session(session, person.app, session_id, at=clock.now()))
    )
    return response


def _notice_program(response: Response, person: Person) -> Response:
    at, token_id = clock.now(), person.actor.id
    if token_id is not None and (person.seen_at is None or at - person.seen_at >= USED_EVERY):
        response.call_on_close(partial(_note, lambda session: identity.touch_token(session, token_id, at=at)))
    return response


def _is_touched(person: Person) -> bool:
    """Whether somebody did this: on a device of the shop, what a page asks by itself keeps nobody in."""
    return person.device_id is None or request.method == "POST" or request.headers.get("Sec-Fetch-Mode") != "cors"


def _stretch_cookie(response: Response, person: Person) -> None:
    """A member stays in as long as they come by once in 180 days; signing out is not coming by."""
    given = any(value.startswith(f"{MEMBER_COOKIE}=") for value in response.headers.getlist("Set-Cookie"))
    if person.app == "member" and not given:
        cookies.give(response, MEMBER_COOKIE, request.cookies[MEMBER_COOKIE])


def _note(what: Callable[[Session], None]) -> None:
    try:
        with transaction() as session:
            what(session)
    except Exception:
        log.warning("not noted", exc_info=True)  # the answer is out: the next request tries again
