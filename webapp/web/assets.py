"""Built files: hashed names from the build's manifest, sent precompressed and for ever cacheable; uploads from the data folder."""

import functools
import json
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_from_directory

from services.shared import runtime
from webapp.web import guards

DIST = Path(__file__).parent.parent / "static" / "dist"
blueprint = Blueprint("assets", __name__)
_FOREVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@functools.cache
def manifest() -> dict[str, str]:
    """Logical name → file name in `static/dist`. Empty before the first build."""
    path = DIST / "manifest.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def asset(name: str) -> str:
    """URL of a built file by its logical name (`main-staff.js`)."""
    return f"/static/dist/{manifest().get(name, name)}"


def init_app(app: Flask) -> None:
    """Register `asset` for templates and the routes of files."""
    app.jinja_env.globals["asset"] = asset
    app.register_blueprint(blueprint)


@blueprint.get("/static/dist/<path:name>")
@guards.public("hashed files of the build hold nothing private")
def dist(name: str) -> Response:
    """One built file, in the best encoding the browser takes."""
    for coding, ending in _ENCODINGS:
        if request.accept_encodings.quality(coding) > 0 and (DIST / (name + ending)).is_file():
            response = send_from_directory(DIST, name + ending, mimetype=_type(name), conditional=False)
            response.headers["Content-Encoding"] = coding
            break
    else:
        response = send_from_directory(DIST, name, mimetype=_type(name))
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOREVER
    return response


def _type(name: str) -> str | None:
    endings = {".js": "text/javascript", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".css": "text/css"}
    return endings.get(Path(name).suffix)


@blueprint.get("/uploads/<name>")
@guards.public("pictures of products and the shop's logo; names are random and hashed")
def upload(name: str) -> Response:
    """One uploaded picture."""
    if name.startswith("."):
        abort(404)
    response = send_from_directory(runtime.config().uploads, name)
    response.headers["Cache-Control"] = _FOREVER
    return response
