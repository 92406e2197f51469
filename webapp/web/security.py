"""What every answer carries, and whose requests are taken: our own short CSP with nonces (stack.md), the form token by Flask-WTF, and
where a request comes from by `Origin` and `Sec-Fetch-Site`."""

import secrets
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from services.shared import runtime
from services.shared.refusals import Refusal
from services.shared.words import N_
from webapp.web import logs

csrf = CSRFProtect()
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"  # nothing in it may load or run anything
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_PORTS = {"http": 80, "https": 443}
log = structlog.get_logger("security")


class ForeignOrigin(Refusal):
    """A page of another site sent this, with the cookies of whoever looked at it."""

    status = 403
    code = "foreign_origin"
    text = N_("这个请求是从别的网站发来的，没有执行")


def init_app(app: Flask) -> None:
    """Install the form token and the headers."""
    config = runtime.config()
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="ck_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.secure,
    )
    csrf.init_app(app)
    app.before_request(_check_form_token)
    app.after_request(_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """The nonce of this answer's scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _check_form_token() -> None:
    # The API checks it in its guard, where it is known whether a cookie or a bearer token is used.
    if not request.path.startswith("/api/"):
        require_form_token()


def require_form_token() -> None:
    """Raise ForeignOrigin on an unsafe request of a cookie session that another site's page sent, CSRFError without its token."""
    if request.method in _UNSAFE:
        _require_own_origin()
        csrf.protect()


def _require_own_origin() -> None:
    """Every browser of today names the page's origin; where nothing is named (a program), the token alone decides."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    if (site not in {"same-origin", "none"}) if origin is None else not _is_own(origin):
        log.warning("foreign_origin", origin=(origin or "-")[:200], host=request.host[:200], path=logs.path())
        raise ForeignOrigin


def _is_own(origin: str) -> bool:
    """Whether this is PUBLIC_ORIGIN, or the very host that was asked (in the shop's Wi-Fi a machine has several names)."""
    config = runtime.config()
    if origin.lower() == config.public_origin.lower():
        return True
    try:
        parts = urlsplit(origin)
        port = parts.port or _PORTS[parts.scheme]
        asked = urlsplit(f"//{request.host}")
        asked_port = asked.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return False
    if config.secure and parts.scheme != "https":
        return False
    return bool(parts.hostname) and (parts.hostname, port) == (asked.hostname, asked_port)


def _headers(response: Response) -> Response:
    headers = response.headers
    there = {name.lower() for name in headers.keys()}  # noqa: SIM118 (headers are pairs)
    policy = _DATA_POLICY if response.mimetype == "application/json" else _POLICY.format(nonce=csp_nonce())
    fresh = [("Content-Security-Policy", policy), *_HEADERS]
    if runtime.config().secure:
        fresh.append(("Strict-Transport-Security", "max-age=31536000"))
    fresh.append(("Cache-Control", "no-store" if request.path.startswith("/api/") else "private, no-cache"))
    for name, value in fresh:
        if name.lower() not in there:
            headers.add(name, value)
    return response
