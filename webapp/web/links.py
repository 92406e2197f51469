"""Addresses inside this server: where to go after signing in, and absolute links from PUBLIC_ORIGIN."""

from services.shared import runtime


def own_path(path: str | None, app: str) -> str:
    """`path` when it is a plain path inside `/staff/` or `/member/`, else that app's first page.

    Anything that could lead elsewhere (a scheme, `//host`, a backslash, a control character) is not followed.
    """
    home = f"/{app}/"
    good = path and path.startswith(home) and not any(char in path for char in "\\\r\n\t") and "//" not in path
    return path if good and path else home


def absolute(path: str) -> str:
    """A link for outside: QR codes, messages. Never built from the request's Host."""
    return runtime.config().public_origin + path
