"""Over https our cookies are called `__Host-ck_…`: browsers take such a name only from this very host, over https, for all of its paths,
so that neither a neighbour's domain nor somebody in between on plain http can plant one.

It is done where requests come in and answers go out, so that within the program a cookie has one name (`ck_staff`, `ck_member`, …). Over
plain http (this machine, or a shop's network without certificate) browsers refuse the prefix, and the names stay without.

Browsers that signed in before there was the prefix stay signed in: until UNTIL a plain name is read where the other is missing, and
handed out anew under the other.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from werkzeug.http import dump_cookie

from services.shared import clock
from services.signin.commands.sessions import MEMBER_IDLE, STAFF_SESSION

PREFIX, OURS = "__Host-", "ck_"
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
# What browsers may hold from before, and for how long it is handed out anew; the rows of the sessions end when they end.
FORMER = {"ck_staff": STAFF_SESSION, "ck_member": MEMBER_IDLE, "ck_form": None}
Pairs = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class HostCookies:
    """The WSGI application with our cookies under their names of https."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        sent = _pairs(environ.get("HTTP_COOKIE", ""))
        read, former = names_within(sent, keep_former=clock.now() < UNTIL)
        environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in read)

        def start(status: str, headers: Pairs, *more: Any) -> Any:
            return start_response(status, [*map(_outside, headers), *_handed_over(former, headers)], *more)

        return self._application(environ, start)


def _pairs(header: str) -> Pairs:
    found = (each.strip().partition("=") for each in header.split(";"))
    return [(name, value) for name, _, value in found if name]


def names_within(sent: Pairs, *, keep_former: bool) -> tuple[Pairs, dict[str, str]]:
    """Cookies under the names they have within, and those of them that came under a former name."""
    prefixed = {name.removeprefix(PREFIX) for name, _ in sent if name.startswith(PREFIX + OURS)}
    read, former = list[tuple[str, str]](), dict[str, str]()
    for name, value in sent:
        if name.startswith(PREFIX + OURS):
            read.append((name.removeprefix(PREFIX), value))
        elif not name.startswith(OURS):
            read.append((name, value))
        elif keep_former and name in FORMER and name not in prefixed and name not in former:
            former[name] = value
            read.append((name, value))
    return read, former


def _outside(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    may = name.lower() == "set-cookie" and value.startswith(OURS) and {"Secure", "Path=/"} <= set(value.split("; "))
    return (name, PREFIX + value) if may else header


def _handed_over(former: dict[str, str], headers: Pairs) -> Pairs:
    """Former cookies under their new names, unless the answer says something of them itself; the former ones are gone."""
    said = {value.partition("=")[0] for name, value in headers if name.lower() == "set-cookie"}
    given = [_cookie(PREFIX + name, value, FORMER[name]) for name, value in former.items() if name not in said]
    return given + [("Set-Cookie", dump_cookie(name, max_age=0, expires=0, path="/", secure=True)) for name in former]


def _cookie(name: str, value: str, life: Any) -> tuple[str, str]:
    # As it came: the value is ours, and was already written as a cookie is.
    seconds = f"; Max-Age={int(life.total_seconds())}" if life else ""
    return "Set-Cookie", f"{name}={value}{seconds}; Secure; HttpOnly; Path=/; SameSite=Lax"
