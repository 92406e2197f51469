"""我的账号: one's own password, language and signed-in devices."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.identity import commands as identity
from services.identity import queries
from services.identity.schemas import OwnPasswordIn
from services.shared import clock
from services.shared.fields import Text
from services.signin import commands as signin
from services.signin import queries as signin_queries
from webapp.staff import blueprint
from webapp.web import cookies, edge, forms, guards, links, people, toasts
from webapp.web.forms import Form
from webapp.web.i18n import LANGUAGES
from webapp.web.own_password import require_own_password


class LanguageForm(Schema):
    """A language of the app."""

    language = Text(required=True, validate=validate.OneOf(list(LANGUAGES)))


@blueprint.get("/account")
@guards.staff()
def account() -> str:
    """My page."""
    return _page(Form())


@blueprint.post("/account/password")
@guards.staff()
def change_password() -> ResponseReturnValue:
    """A new password, with the present one beside it. This browser goes on under a new cookie (so the answer is not kept)."""
    (person, session_id), at = people.signed_in(), clock.now()
    staff_id = int(person.actor.id or 0)

    def check(data: dict[str, Any]) -> None:
        require_own_password(data["present"], field="present")

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        secret = signin.set_password(session, staff_id, data["password"], keep=session_id, actor=person.actor, at=at)
        toasts.say(_("密码换好了，别的设备要重新登录"))
        return cookies.give(links.to("staff.account"), people.STAFF_COOKIE, secret)

    return forms.submit(OwnPasswordIn, perform, _page, first=check, keyed=False)


@blueprint.post("/account/language")
@guards.staff()
def choose_language() -> ResponseReturnValue:
    """The language I read."""
    (person, _session_id), at = people.signed_in(), clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        identity.choose_language(session, int(person.actor.id or 0), data["language"], actor=person.actor, at=at)
        return redirect(url_for("staff.account"), 303)

    return forms.submit(LanguageForm, perform, _page)


@blueprint.post("/account/sessions/<int:session_id>/revoke")
@guards.staff()
def revoke_session(session_id: int) -> ResponseReturnValue:
    """Sign another of my devices out."""
    (person, _own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        signin.revoke_staff_session(session, session_id, of=person.actor.id, actor=person.actor, at=at)
        toasts.say(_("那台设备已退出"))
        return redirect(url_for("staff.account"), 303)

    return edge.write(effect)


def _page(form: Form) -> str:
    person, session_id = people.signed_in()
    staff = queries.get_staff(edge.read(), int(person.actor.id or 0))
    sessions = signin_queries.list_staff_sessions(edge.read(), staff.id, at=clock.now())
    is_owner = signin_queries.is_owner(edge.read(), staff)
    devices = signin_queries.names_of_sessions(edge.read(), sessions)
    return render_template(
        "staff/account.html", form=form, sessions=sessions, devices=devices, session_id=session_id, username=staff.username,
        is_owner=is_owner,
    )  # fmt: skip
