"""Noting that somebody is still here: at most once in ten minutes, after the answer has left, in a transaction of its own."""

from functools import partial

import structlog
from flask import Flask, Response, g, request

from services.shared import clock
from services.shared.database import transaction
from services.signin import commands
from services.signin.commands.sessions import SEEN_EVERY
from webapp.web import cookies
from webapp.web.people import MEMBER_COOKIE, Person

log = structlog.get_logger("presence")


def init_app(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_notice)


def _notice(response: Response) -> Response:
    person: Person | None = g.get("person")  # nobody asked who it is: a picture, a script
    if person is None or person.session_id is None or person.seen_at is None:
        return response
    if clock.now() - person.seen_at < SEEN_EVERY or response.status_code >= 400:
        return response
    _stretch_cookie(response, person)
    response.call_on_close(partial(_touch, person.app, person.session_id))
    return response


def _stretch_cookie(response: Response, person: Person) -> None:
    """A member stays in as long as they come by once in 180 days; signing out is not coming by."""
    given = any(value.startswith(f"{MEMBER_COOKIE}=") for value in response.headers.getlist("Set-Cookie"))
    if person.app == "member" and not given:
        cookies.give(response, MEMBER_COOKIE, request.cookies[MEMBER_COOKIE])


def _touch(app: str, session_id: int) -> None:
    try:
        with transaction() as session:
            commands.touch_session(session, app, session_id, at=clock.now())
    except Exception:
        log.warning("not noted", exc_info=True)  # the answer is out: the next request tries again
