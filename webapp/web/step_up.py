"""Step-up: who does something sensitive has proven to be here in the last minutes, by password or passkey (domain.md, *Roles*).

The one place that says which acts are sensitive, and whether somebody is asked. The guards ask it, on every page and in the API. A program
has no password: what its token may is said by its scopes.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Response, current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from services.approvals.permissions import APPROVALS_DECIDE
from services.audit.permissions import AUDIT_EXPORT
from services.checkout.permissions import ORDERS_REASSIGN, REFUNDS_CREATE
from services.coupons.permissions import COUPON_TEMPLATES_CHANGE, COUPONS_ISSUE
from services.dataio.permissions import IMPORTS_CREATE
from services.exports.permissions import EXPORTS_CREATE
from services.forms.permissions import FORM_ANSWERS_EXPORT, FORM_GIFTS_CHANGE
from services.identity.permissions import ROLES_CHANGE, STAFF_CHANGE, TOKENS_CREATE
from services.loyalty.permissions import EARNING_RULES_CHANGE, POINTS_ADJUST, TIERS_CHANGE
from services.members.permissions import CONSENT_TEXTS_CREATE
from services.merging.permissions import MEMBERS_MERGE
from services.privacy.permissions import MEMBERS_ERASE, MINORS_EXPORT
from services.shared import clock
from services.signin import commands
from services.signin.errors import StepUpNeeded
from services.signin.permissions import FREEZES_LIFT, PROOFS_OVERRIDE, SHOP_DEVICES_CHANGE, STAFF_RECOVER
from services.signin.queries import passkeys_are_possible
from services.stores.permissions import SETTINGS_CHANGE
from services.wallet.permissions import TOP_UP_PLANS_CHANGE, WALLET_ADJUST, WALLET_PAY_OUT
from webapp.web import cookies, edge, links, passkeys, people, shop
from webapp.web.forms import Form
from webapp.web.people import Person

SENSITIVE = frozenset(
    {
        APPROVALS_DECIDE,
        AUDIT_EXPORT, CONSENT_TEXTS_CREATE, COUPONS_ISSUE, COUPON_TEMPLATES_CHANGE, EARNING_RULES_CHANGE, EXPORTS_CREATE,
        FORM_ANSWERS_EXPORT, FORM_GIFTS_CHANGE, FREEZES_LIFT, IMPORTS_CREATE, MEMBERS_ERASE, MEMBERS_MERGE,
        MINORS_EXPORT, ORDERS_REASSIGN, POINTS_ADJUST, PROOFS_OVERRIDE, REFUNDS_CREATE, ROLES_CHANGE, SETTINGS_CHANGE, SHOP_DEVICES_CHANGE,
        STAFF_CHANGE, STAFF_RECOVER, TIERS_CHANGE, TOKENS_CREATE, TOP_UP_PLANS_CHANGE, WALLET_ADJUST, WALLET_PAY_OUT,
    }
)  # fmt: skip
_LOOKS = {"GET", "HEAD", "OPTIONS"}
_OWN = {"csrf_token"}  # of a form: made anew
MOST = 200_000  # characters of a form that a page carries along


@dataclass(frozen=True)
class Held:
    """A request that waits for its person: where it goes, how, and every field that was typed. A chosen file does not wait."""

    to: str
    method: str
    fields: list[tuple[str, str]]
    files: bool = False

    def text(self) -> str:
        """As one hidden field carries it."""
        return json.dumps([self.to, self.method, self.fields, self.files], ensure_ascii=False)


def init_app(app: Flask) -> None:
    """Let every form say that it will ask."""
    app.jinja_env.globals.update(
        asks_step_up=asks_step_up, will_step_up=will_step_up, step_up_is_possible=lambda: bool(g.get("steps_up"))
    )


def is_sensitive(permission: str | None) -> bool:
    """Whether what needs this permission asks who is there."""
    return permission in SENSITIVE


def is_needed(person: Person, permission: str | None, *, always: bool = False) -> bool:
    """Whether this request waits until its person was verified: looking is free. Data is taken away by a POST."""
    if person.app != "staff" or not (always or is_sensitive(permission)):
        return False
    return request.method not in _LOOKS and not is_verified(person)


def is_needed_here(permission: str) -> bool:
    """The same for whoever is signed in, where a request turns out to be sensitive behind a guard that asks for less."""
    person = people.person()
    return person is not None and is_needed(person, permission)


def require(person: Person, permission: str | None, *, always: bool = False) -> None:
    """Raise StepUpNeeded where `is_needed`."""
    if is_needed(person, permission, always=always):
        raise StepUpNeeded


def is_verified(person: Person) -> bool:
    """Whether this session's person was verified in the last minutes."""
    until = verified_until(person)
    return until is not None and clock.now() < until


def verified_until(person: Person) -> datetime | None:
    """Until when nobody asks again; None where a PIN was all."""
    if person.verified_at is None:
        return None
    return person.verified_at + timedelta(minutes=int(shop.settings()["security.step_up_minutes"]))


def until_now() -> datetime:
    """Until when somebody who is verified at this moment is not asked again."""
    return clock.now() + timedelta(minutes=int(shop.settings()["security.step_up_minutes"]))


def asker() -> str:
    """What only this session in this browser sends."""
    _person, session_id = people.signed_in()
    return f"{session_id} {passkeys.this_browser()}"


def verified(answer: Response, *, by: commands.Way) -> Response:
    """`answer` with the new secret of this session, which is verified from now on."""
    (person, session_id), at = people.signed_in(), clock.now()
    secret = edge.write(
        lambda session: commands.verify_session(session, session_id, by=by, actor=person.actor, at=at), keyed=False
    )
    return give(answer, secret.get_data(as_text=True))


def give(answer: Response, secret: str) -> Response:
    """Hand the new secret of this session out with `answer`."""
    return cookies.give(answer, people.STAFF_COOKIE, secret)


def ask() -> Response:
    """The plain page that asks, with everything that was typed along; with script a sheet over the form asks before."""
    to = links.own_path(request.full_path.rstrip("?"), "staff")
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    files = any(file.filename for file in request.files.values())
    return page(Held(to, "get" if request.method in _LOOKS else "post", kept, files), Form(), StepUpNeeded.status)


def page(held: Held, form: Form, status: int = 200, *, done: bool = False) -> Response:
    """The plain page; when it is `done`, the button that goes on."""
    back = links.own_path(request.referrer and request.referrer.removeprefix(request.host_url.rstrip("/")), "staff")
    fields = [*held.fields] if held.method == "post" else [*_query_of(held.to)]
    response: Response = make_response(
        render_template(
            "staff/step_up.html",
            held=held,
            fields=fields,
            form=form,
            done=done,
            back=back,
            passkeys=passkeys_are_possible(),
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def held_of(text: str) -> Held:
    """What such a page carried along; what is not ours leads to the first page of the app."""
    try:
        to, method, fields, files = json.loads(text[:MOST])
        plain = [(str(name), str(value)) for name, value in fields]
    except (ValueError, TypeError):
        return Held(links.own_path(None, "staff"), "get", [])
    return Held(links.own_path(str(to), "staff"), "post" if method == "post" else "get", plain, bool(files))


def asks_step_up(action: str) -> bool:
    """Whether a form that is sent to this address of ours asks for step-up (templates: kit/forms.html)."""
    person = people.person()
    if person is None or person.app != "staff":
        return False
    view = _view_of(action or request.path)
    return bool(getattr(view, "__steps_up__", False)) and will_step_up()


def will_step_up() -> bool:
    """That this page can ask (templates: a form that our own script reads)."""
    g.steps_up = True
    return True


def _view_of(action: str) -> Any:
    adapter = current_app.url_map.bind("")
    for method in ("POST", "GET"):
        try:
            endpoint, _ = adapter.match(action.partition("?")[0], method=method)
        except HTTPException:
            continue
        return current_app.view_functions[str(endpoint)]
    return None


def _query_of(to: str) -> list[tuple[str, str]]:
    return parse_qsl(to.partition("?")[2], keep_blank_values=True)
