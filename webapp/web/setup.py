"""The set-up wizard: one page that turns an empty installation into a shop, once.

Until then every page of both apps leads here. From another machine the installation code is asked for, which stands in the
terminal of `changke serve`: on the open internet nobody else can take the shop first.
"""

import ipaddress
import secrets
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services import wiring
from services.identity import commands as identity
from services.identity.schemas import SetUpIn
from services.shared import clock, database, limits, pictures, runtime
from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_
from services.signin import commands as signin
from services.stores.queries import is_set_up
from webapp.web import cookies, edge, forms, guards, links, people
from webapp.web.forms import Form

COLOURS = (
    ("#952847", N_("杨梅")),
    ("#b4532a", N_("红豆")),
    ("#7a4b2a", N_("可可")),
    ("#4f7d3a", N_("抹茶")),
    ("#2a6f97", N_("海盐")),
    ("#6b4fa0", N_("香芋")),
)
INDUSTRIES = (("dessert", N_("甜品烘焙")), ("baby", N_("母婴")), ("both", N_("两者都做")))
GUESSES = limits.Rule("setup_code", 20, 900)
blueprint = Blueprint("setup", __name__)


def init_app(app: Flask) -> None:
    """Lead every page of an empty installation to the wizard."""
    app.before_request(_lead_here)


def code() -> str:
    """The installation code: the same after a restart, another one in every shop."""
    return runtime.keys().hash("installation code")[:12]


def _is_done() -> bool:
    # A shop that is set up stays so: asked of the database until then, never again afterwards.
    done = current_app.extensions.setdefault("changke_set_up", {"done": False})
    if not done["done"]:
        with database.reading() as session:
            done["done"] = is_set_up(session)
    return bool(done["done"])


def _lead_here() -> ResponseReturnValue | None:
    pages = request.path == "/" or request.path.startswith(("/staff", "/member"))
    if pages and request.blueprint != "pwa" and not _is_done():
        return redirect(url_for("setup.wizard"), 303)
    return None


@blueprint.get("/setup")
@guards.public("an empty installation has nobody who could sign in; a second run is refused")
def wizard() -> ResponseReturnValue:
    """The page with everything a shop needs at first."""
    if _is_done():
        return redirect("/staff/", 303)
    return _page(Form({"industry": "dessert", "colour": COLOURS[0][0], "code": request.args.get("code", "")}))


@blueprint.post("/setup")
@guards.public("see above")
def set_up() -> ResponseReturnValue:
    """Set the shop up; the owner, who has just chosen a password, is in."""
    if _is_done():
        return redirect("/staff/", 303)
    try:
        _require_code()
        logo = _keep_logo()
    except Refusal as refusal:
        form = Form(forms.typed())
        form.put_right(refusal)
        return _page(form), refusal.status
    return forms.submit(SetUpIn, lambda session, data: _perform(session, data, logo), _page, keyed=False)


def _perform(session: Session, data: dict[str, Any], logo: str) -> ResponseReturnValue:
    parts = SetUpIn.parts(data)
    if logo:
        parts["settings"]["look.logo"] = logo
    at, browser = clock.now(), request.user_agent.string
    _store, owner = identity.set_up_shop(session, **parts, roles=wiring.ROLES, at=at)
    secret = signin.sign_in_staff(session, owner, browser=browser, actor=edge.actor(), at=at)
    flash(_("店铺建好了，先加几样商品"))
    return cookies.give(links.see_other("/staff/"), people.STAFF_COOKIE, secret)


def is_near() -> bool:
    """Whether the request comes from this very machine, without a proxy in between that nobody told us of.

    A shop with an address on the open internet has one, and not every proxy says so: there the code is always asked for.
    """
    if not runtime.config().local:
        return False
    address = request.remote_addr or ""
    try:
        here = ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
    return here and "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers


def _require_code() -> None:
    if is_near():
        return
    edge.spend(GUESSES, people.address(), at=clock.now())
    if not secrets.compare_digest(request.form.get("code", "").strip().lower().encode(), code().encode()):
        raise Invalid({"code": [N_("安装码不对，它在启动 changke 的那个窗口里")]})


def _keep_logo() -> str:
    file = request.files.get("logo")
    if file is None or not file.filename:
        return ""
    with file.stream as stream:
        data = stream.read(pictures.MOST_BYTES + 1)
    try:
        edge.note_file("logo", data)
        return pictures.keep(data)
    except ValueError as error:
        raise Invalid({"logo": [str(error)]}) from error


def _page(form: Form) -> str:
    return render_template(
        "web/setup.html",
        form=form,
        colours=COLOURS,
        industries=INDUSTRIES,
        ask_code=not is_near(),
        accept=pictures.ACCEPT,
    )
