"""The cookies of people, each its own session table, and of a device of the shop: out of reach of scripts, sent only to ourselves."""

from flask import Response, request

from services.shared import ids, runtime
from services.signin.commands.sessions import MEMBER_IDLE, MEMBER_SESSION, STAFF_SESSION
from services.signin.commands.shop_devices import KEY_LIFE
from webapp.web.people import DEVICE_COOKIE, KNOWN_COOKIE, MEMBER_COOKIE, STAFF_COOKIE

_LIVES = {
    STAFF_COOKIE: STAFF_SESSION,
    MEMBER_COOKIE: MEMBER_IDLE,
    KNOWN_COOKIE: MEMBER_SESSION,
    DEVICE_COOKIE: KEY_LIFE,
}


def give(response: Response, cookie: str, secret: str) -> Response:
    """Hand out a session's secret."""
    seconds = int(_LIVES[cookie].total_seconds())
    secure = runtime.config().secure
    response.set_cookie(cookie, secret, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")
    return response


def give_known(response: Response) -> tuple[Response, str]:
    """Let a member's browser keep what it is known by for as long as browsers keep anything; with what that is."""
    sent = request.cookies.get(KNOWN_COOKIE, "")
    known = sent if len(sent) == len(ids.token()) else ids.token()
    return give(response, KNOWN_COOKIE, known), known


def take(response: Response, cookie: str) -> Response:
    """Take it back at sign-out."""
    response.delete_cookie(cookie, path="/", httponly=True, samesite="Lax", secure=runtime.config().secure)
    return response
