"""The installable apps: worker script, manifests, icons, offline pages, the shop's colours. All of it is public.

Both apps have the same worker and their own manifest, scope and icons. `brand` (a template global) is the shop's look.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g, jsonify, render_template, request, send_file
from PIL import Image
from werkzeug.local import LocalProxy

from services.shared import runtime
from services.shared.refusals import Unavailable
from services.stores.settings import Settings
from webapp.web import apps, assets, brand, guards, i18n, icons, shop

STATIC = Path(__file__).parent.parent / "static"
SHOTS = STATIC / "screenshots"
FOREVER, SHORTLY = "public, max-age=31536000, immutable", "public, max-age=300"
SHELL = ("app.css", "icons.svg", "pictures.svg", "main-staff.js", "main-member.js")
blueprint = Blueprint("pwa", __name__)


@dataclass(frozen=True)
class Look:
    """How the shop looks: `name`, `colour` (as the owner chose it), `logo` (file name in uploads, or empty)."""

    name: str
    colour: str
    logo_file: str

    @property
    def mark(self) -> str:
        """The first character of the name: stands where there is no logo."""
        return self.name[:1].upper() or "C"

    @property
    def logo(self) -> str:
        """Address of the logo, or nothing."""
        return f"/uploads/{self.logo_file}" if self.logo_file else ""

    @property
    def theme(self) -> brand.Theme:
        """The brand tokens of both themes."""
        return brand.tokens(self.colour)

    @property
    def theme_color(self) -> str:
        """What browsers paint their own bars with."""
        return self.theme.light.color_primary

    @cached_property
    def version(self) -> str:
        """Changes with the look, so that everything made from it may be kept for ever under `?v=`."""
        said = f"{self.name}|{self.colour}|{self.logo_file}|{version('changke')}"
        return hashlib.sha256(said.encode()).hexdigest()[:10]

    def icons_of(self, app: apps.App) -> icons.Look:
        """What this app's icons are made of: the member's on the shop's colour, the staff's on ink, so that nobody mixes them up."""
        light, dark = self.theme.light, self.theme.dark
        logo = runtime.config().uploads / self.logo_file if self.logo_file else None
        if logo is not None and logo.is_file():
            return icons.Look(
                plate="#fefefd" if app.name == "member" else light.ck_primary_soft, ink="", mark="", logo=logo
            )
        if app.name == "member":
            return icons.Look(plate=light.color_primary, ink=light.color_primary_content, mark=self.mark)
        return icons.Look(plate="#241c1a", ink=dark.color_primary, mark=self.mark)


def init_app(app: Flask) -> None:
    """Register the routes and the template global `brand`."""
    app.jinja_env.globals["brand"] = LocalProxy(look)
    app.register_blueprint(blueprint)


def look() -> Look:
    """The shop's look, once per request; the default one while the database is away, so that the error page can be drawn."""
    if "look" not in g:
        try:
            settings = shop.settings()
        except Unavailable:
            settings = Settings({})
        g.look = Look(str(settings["shop.name"]), str(settings["look.colour"]), str(settings["look.logo"]))
    return g.look  # type: ignore[no-any-return]


def _kept(response: Response) -> Response:
    """Answers under the look's version may be kept for ever, others for some minutes."""
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == look().version else SHORTLY
    return response


def _shortly(response: Response) -> Response:
    response.headers["Cache-Control"] = SHORTLY
    return response


@blueprint.get("/brand.css")
@guards.public("the shop's colours")
def stylesheet() -> Response:
    """The shop's colour in both themes."""
    return _kept(Response(brand.css(look().theme), mimetype="text/css"))


@blueprint.get("/brand/preview.json")
@guards.public("arithmetic on a colour that the asker names")
def preview() -> Response:
    """What would become of another colour: for the colour field (ck-colour.js)."""
    colour = request.args.get("colour", "")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        abort(404)
    theme = brand.tokens(colour.lower())
    sides = {"light": brand.properties(theme.light), "dark": brand.properties(theme.dark)}
    return _shortly(jsonify(**sides, changed=theme.changed))


# ------------------------------------------------------------------ the worker


@cache
def _worker_parts() -> tuple[str, str]:
    """The worker as it ships, and its bundle with the line that names the build and the files of the shell."""
    worker = (STATIC / "sw.js").read_text()
    names = assets.manifest()
    bundle = (assets.DIST / names["sw-bundle.js"]).read_text()
    build = hashlib.sha256(json.dumps([worker, names, version("changke")], sort_keys=True).encode()).hexdigest()[:10]
    about = {"build": build, "assets": [assets.asset(name) for name in SHELL if name in names]}
    return worker, f"{bundle}\nself.CHANGKE = {json.dumps(about)};\n"


@cache
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def _script(text: str) -> Response:
    response = Response(text, mimetype="text/javascript")
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(_packed(text))
        response.headers["Content-Encoding"] = "gzip"
    response.headers.update({"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"})
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/sw.js")
@guards.public("the worker of both apps is a script like any other")
def worker() -> Response:
    """The worker, unchanged."""
    return _script(_worker_parts()[0])


@blueprint.get("/sw-queue.js")
@guards.public("what the staff app's worker imports")
def worker_queue() -> Response:
    """How the worker of the staff app sends what was sold without network."""
    return _script((assets.DIST / assets.manifest()["sw-queue.js"]).read_text())


@blueprint.get("/sw-bundle.js")
@guards.public("what the worker imports")
def worker_bundle() -> Response:
    """The worker's strategies, and which build this is."""
    return _script(_worker_parts()[1])


# ------------------------------------------------------------------ manifests, icons, offline pages


@blueprint.get("/<any(staff, member):name>/manifest.webmanifest")
@guards.public("browsers ask for it without a session")
def manifest(name: str) -> Response:
    """What makes this app installable."""
    body = apps.manifest(apps.APPS[name], look(), language=i18n.language(), screenshots=_screenshots(name))
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/manifest+json")
    response.headers.update({"Cache-Control": SHORTLY, "Vary": "Accept-Language, Cookie"})
    return response


@blueprint.get("/<any(staff, member):name>/icons/<file>.png")
@guards.public("browsers and push services ask for icons without a session")
def icon(name: str, file: str) -> Response:
    """One icon: `192`, `512`, `180` (iOS), `maskable-192`, `maskable-512`, `badge`."""
    if file not in apps.ICONS:
        abort(404)
    size, kind = apps.ICONS[file]
    return _kept(Response(icons.png(look().icons_of(apps.APPS[name]), size, kind), mimetype="image/png"))


@blueprint.get("/favicon.ico")
@guards.public("browsers ask for it by themselves")
def favicon() -> Response:
    """The member app's icon, small."""
    return _kept(Response(icons.png(look().icons_of(apps.APPS["member"]), 48, "any"), mimetype="image/png"))


@blueprint.get("/<any(staff, member):name>/offline")
@guards.public("the worker keeps it for when there is no network; nothing personal is on it")
def offline(name: str) -> str:
    """What the app says when there is neither network nor a kept page."""
    return render_template("web/offline.html", app=name, home=apps.APPS[name].home)


@cache
def _screenshots(name: str) -> tuple[apps.Screenshot, ...]:
    """The pictures for the install dialog, taken by the browser tests."""
    found = []
    for form in ("narrow", "wide"):
        file = SHOTS / f"{name}-{form}.webp"
        if file.is_file():
            with Image.open(file) as picture:
                found.append(apps.Screenshot(f"/screenshots/{file.name}", picture.width, picture.height, form))
    return tuple(found)


@blueprint.get(
    "/screenshots/<any('staff-narrow.webp', 'staff-wide.webp', 'member-narrow.webp', 'member-wide.webp'):file>"
)
@guards.public("pictures of the demo shop for the install dialog")
def screenshot(file: str) -> Response:
    """A picture of one of the apps."""
    if not (SHOTS / file).is_file():
        abort(404)
    return _shortly(send_file(SHOTS / file, mimetype="image/webp"))


@blueprint.get("/robots.txt")
@guards.public("search engines ask before they look")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
