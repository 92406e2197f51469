"""Who is asking: two cookies, two session tables, and bearer tokens; chosen by path, so that a staff session never opens /member/.

`/member/…`, `/api/v1/me/…` and forms behind links (`/f/…`) know members; `/staff/…` and the rest of `/api/…` know staff; `/api/…` also
knows tokens.
"""

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from flask import Flask, Request, g, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.datastructures import Authorization

from services.identity import queries as identity
from services.members.models import Member
from services.shared import clock
from services.shared.actors import Actor
from services.signin import queries as signin
from services.signin.queries import StaffPass

STAFF_COOKIE, MEMBER_COOKIE = "ck_staff", "ck_member"
DEVICE_COOKIE = "ck_device"  # of a phone of the shop, whoever is signed in on it
KNOWN_COOKIE = "ck_known"  # what a member's browser keeps for good: it opens nothing
PUBLIC = Actor("public", name="public")
App = Literal["staff", "member", "token"]
login = LoginManager()


@dataclass(frozen=True, eq=False)
class Person(UserMixin):  # type: ignore[misc]
    """Whoever is signed in: the actor for the services, and for staff the store they work in now."""

    app: App
    actor: Actor
    session_id: int | None = None
    store_id: int | None = None
    language: str | None = None
    member: Member | None = None
    seen_at: datetime | None = None
    verified_at: datetime | None = None  # of staff: when they last proved to be here
    device_id: int | None = None  # of staff: the shop's device that they are on

    def get_id(self) -> str:
        """Flask-Login's name for this person."""
        return self.actor.scope


def init_app(app: Flask) -> None:
    """Let Flask-Login ask `load` once per request; it keeps nothing in Flask's own cookie."""
    login.init_app(app)
    login.session_protection = None
    login.request_loader(load)


def app_of(path: str) -> App:
    """Which app's people a path knows."""
    return "member" if path.startswith(("/member/", "/api/v1/me/", "/f/")) or path == "/member" else "staff"


def load(asking: Request) -> Person | None:
    """The person behind this request, from its bearer token or from the cookie of the path's app."""
    if asking.path.startswith("/api/") and asking.authorization is not None:
        return _bearer(asking.authorization)
    if app_of(asking.path) == "member":
        return _member(asking.cookies.get(MEMBER_COOKIE))
    return _staff(asking.cookies.get(STAFF_COOKIE))


def seen_stores() -> frozenset[int] | None:
    """The stores whose orders may be named to whoever asks; None: all. A member sees every order of their own."""
    asking = actor()
    return None if asking.kind == "member" else asking.stores


def _bearer(authorization: Authorization) -> Person | None:
    from webapp.web.edge import read

    if authorization.type != "bearer" or not authorization.token:
        return None
    found = identity.find_token_pass(read(), authorization.token, origin())
    return Person("token", found.actor, seen_at=found.used_at) if found else None


def _staff(cookie: str | None) -> Person | None:
    from webapp.web.edge import read

    found: StaffPass | None = signin.find_staff_pass(read(), cookie, at=clock.now()) if cookie else None
    if found is None:
        return None
    device_id = found.session.device_id
    actor = replace(identity.actor_of_staff(read(), found.staff, origin(device_id)), device_id=device_id)
    store_id = found.session.store_id
    if store_id is not None and not actor.sees_store(store_id):
        store_id = None  # no longer theirs
    row = found.session
    verified_at = None if found.former else row.verified_at
    return Person(
        "staff", actor, row.id, store_id, found.staff.language, seen_at=row.seen_at, verified_at=verified_at, device_id=row.device_id
    )  # fmt: skip


def _member(cookie: str | None) -> Person | None:
    from webapp.web.edge import read

    found = signin.find_member_pass(read(), cookie, at=clock.now()) if cookie else None
    if found is None:
        return None
    member = found.member
    actor = Actor("member", member.id, member.name, origin=origin())
    seen_at = found.session.seen_at
    return Person("member", actor, found.session.id, language=member.language, member=member, seen_at=seen_at)


def person() -> Person | None:
    """Whoever is signed in for this path, else None."""
    if "person" not in g:
        g.person = current_user._get_current_object() if current_user and current_user.is_authenticated else None
    return g.person  # type: ignore[no-any-return]


def member() -> Member:
    """The member behind a guard of the member app."""
    found = person()
    if found is None or found.member is None:
        raise RuntimeError("this route needs guards.member")
    return found.member


def signed_in() -> tuple[Person, int]:
    """The person behind a guard, and the id of their session."""
    found = person()
    if found is None or found.session_id is None:
        raise RuntimeError("this route needs a guard that asks for a cookie")
    return found, found.session_id


def store_id() -> int | None:
    """The store that whoever asks works in now: of a session the chosen one, of a program the only one that it sees."""
    found = person()
    if found is None or found.app != "token":
        return found.store_id if found else None
    seen = found.actor.stores
    return next(iter(seen)) if seen is not None and len(seen) == 1 else None


def actor() -> Actor:
    """Who acts; when nobody is signed in `PUBLIC`, with where the request comes from."""
    found = person()
    return found.actor if found else replace(PUBLIC, origin=origin())


def preferred_language() -> str | None:
    """The language this person chose, if any."""
    found = person()
    return found.language if found else None


def origin(device_id: int | None = None) -> str:
    """Where the request comes from, for the audit: address, `#7` on a device of the shop, and browser, which cannot pose as that."""
    device = f"#{device_id} " if device_id is not None else ""
    return f"{request.remote_addr or '-'} {device}{request.user_agent.string[:120].lstrip(' #')}"


def address() -> str:
    """Where the request comes from, for limits that count by address (`address_of`)."""
    return address_of(request.remote_addr or "")


def address_of(text: str) -> str:
    """What counts as one address: one of IPv4 (also inside an IPv6 one), but the whole /64 of IPv6, which every line has for itself."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text or "-"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), 64), strict=False))
