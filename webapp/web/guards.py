"""Every route says who may come in. `tests/architecture` fails on a view without a guard."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from services.shared.refusals import Forbidden, Refusal
from services.shared.words import N_
from webapp.web import people, security, step_up
from webapp.web.people import Person

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]


class Unauthorized(Refusal):
    """Nobody is signed in, or the token is unknown."""

    status = 401
    code = "unauthorized"
    text = N_("请先登录")


def public(reason: str) -> Callable[[View[P, R]], View[P, R]]:
    """Anyone may come in; `reason` says why that is right."""

    def mark(view: View[P, R]) -> View[P, R]:
        view.__guard__ = f"public: {reason}"  # type: ignore[attr-defined]
        return view

    return mark


def staff(
    permission: str | None = None, *, verified: bool = False
) -> Callable[[View[P, R]], View[P, R | ResponseReturnValue]]:
    """Signed-in staff, with `permission` when one is named. Others are sent to sign in, or refused (403).

    What is sensitive (step_up.py), or `verified` here, asks first who is there.
    """

    def mark(view: View[P, R]) -> View[P, R | ResponseReturnValue]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
            person = people.person()
            if person is None:
                return _to_sign_in("staff.sign_in")
            if permission is not None:
                person.actor.require(permission)
            if step_up.is_needed(person, permission, always=verified):
                return step_up.ask()
            return view(*args, **kwargs)

        guarded.__guard__ = f"staff: {permission or 'any'}"  # type: ignore[attr-defined]
        guarded.__steps_up__ = verified or step_up.is_sensitive(permission)  # type: ignore[attr-defined]
        return guarded

    return mark


def member(view: View[P, R]) -> View[P, R | ResponseReturnValue]:
    """A signed-in member; others are sent to sign in."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
        if people.person() is None:
            return _to_sign_in("member.sign_in")
        return view(*args, **kwargs)

    guarded.__guard__ = "member"  # type: ignore[attr-defined]
    return guarded


def api(permission: str) -> Callable[[View[P, R]], View[P, R]]:
    """The API for a bearer token with this scope, or for our own staff app (cookie and CSRF header)."""

    def mark(view: View[P, R]) -> View[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            person = _signed_in_to_api()
            if person.app == "member":
                raise Forbidden
            person.actor.require(permission)
            step_up.require(person, permission)
            return view(*args, **kwargs)

        guarded.__guard__ = f"api: {permission}"  # type: ignore[attr-defined]
        return guarded

    return mark


def api_member(view: View[P, R]) -> View[P, R]:
    """The member's own API (`/api/v1/me/…`): member cookie and CSRF header."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if _signed_in_to_api().app != "member":
            raise Forbidden
        return view(*args, **kwargs)

    guarded.__guard__ = "api member"  # type: ignore[attr-defined]
    return guarded


def api_staff(view: View[P, R]) -> View[P, R]:
    """What belongs to a signed-in member of staff alone (`/api/v1/staff/…`): staff cookie and CSRF header, no token."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if _signed_in_to_api().app != "staff":
            raise Forbidden
        return view(*args, **kwargs)

    guarded.__guard__ = "api staff"  # type: ignore[attr-defined]
    return guarded


def _signed_in_to_api() -> Person:
    person = people.person()
    if person is None:
        raise Unauthorized
    if person.app != "token":
        security.require_form_token()
    return person


def _to_sign_in(endpoint: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": url_for(endpoint)}
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=back), 303)
