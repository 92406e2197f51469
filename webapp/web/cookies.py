"""The two sign-in cookies: each its own session table, out of reach of scripts, sent only to ourselves."""

from flask import Response

from services.shared import runtime
from services.signin.commands.sessions import MEMBER_IDLE, STAFF_SESSION
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

_LIVES = {STAFF_COOKIE: STAFF_SESSION, MEMBER_COOKIE: MEMBER_IDLE}


def give(response: Response, cookie: str, secret: str) -> Response:
    """Hand out a session's secret."""
    seconds = int(_LIVES[cookie].total_seconds())
    secure = runtime.config().secure
    response.set_cookie(cookie, secret, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")
    return response


def take(response: Response, cookie: str) -> Response:
    """Take it back at sign-out."""
    response.delete_cookie(cookie, path="/", httponly=True, samesite="Lax", secure=runtime.config().secure)
    return response
