"""Addresses inside this server: where to go after signing in, and absolute links from PUBLIC_ORIGIN."""

from typing import Any

from flask import Response, url_for

from services.shared import runtime


def own_path(path: str | None, app: str) -> str:
    """`path` when it is a plain path inside `/staff/` or `/member/`, else that app's first page.

    Anything that could lead elsewhere (a scheme, `//host`, a backslash, a control character) is not followed.
    """
    home = f"/{app}/"
    if not path or not path.startswith(home) or "//" in path or "/.." in path or "\\" in path:
        return home
    return path if path.isprintable() else home


def see_other(path: str) -> Response:
    """303: go on with a GET of this address of ours."""
    return Response(status=303, headers={"Location": path})


def go_on(path: str | None, app: str) -> Response:
    """To where somebody was going, as far as that lies in this app."""
    return see_other(own_path(path, app))


def to(endpoint: str, **values: Any) -> Response:
    """To one of our own pages."""
    return see_other(url_for(endpoint, **values))


def absolute(path: str) -> str:
    """A link for outside: QR codes, messages. Never built from the request's Host."""
    return runtime.config().public_origin + path
