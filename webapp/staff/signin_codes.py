"""登录码: staff show a member the way into their app."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.members import queries as members
from services.shared import clock, limits
from services.shared.refusals import TooMany
from services.signin import commands, permissions, queries
from services.signin.commands.codes import SigninCode
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, links
from webapp.web.forms import Form

# Showing codes is for people who stand here: more than this an hour is not a counter any more.
SHOWN = limits.Rule("signin_codes:actor", most=60, seconds=3600)


@blueprint.get("/members/<int:member_id>/sign-in-code")
@guards.staff(permissions.SIGNIN_CODES_CREATE)
def signin_code(member_id: int) -> str:
    """What will be shown, and the button that makes it."""
    return _page(member_id, Form())


@blueprint.post("/members/<int:member_id>/sign-in-code")
@guards.staff(permissions.SIGNIN_CODES_CREATE)
def show_signin_code(member_id: int) -> ResponseReturnValue:
    """Make a code and show it once: six digits and a QR, for ten minutes.

    Not keyed: a second tap makes a second code and voids the first, and the secret is stored nowhere.
    """
    at, actor, made = clock.now(), edge.actor(), []

    def effect(session: Session) -> ResponseReturnValue:
        made.append(commands.issue_signin_code(session, member_id, way="staff", actor=actor, at=at))
        return "", 204

    try:
        edge.spend(SHOWN, actor.scope, at=at)
        edge.write(effect, keyed=False)
    except TooMany as refusal:
        return forms.refused({}, refusal, lambda form: _page(member_id, form))
    response = Response(_page(member_id, Form(), made[0]))
    response.headers["Cache-Control"] = "no-store"
    return response


def ticket_url(code: SigninCode) -> str:
    """The address inside the QR."""
    return links.absolute(f"/member/sign-in?ticket={code.ticket}")


def _page(member_id: int, form: Form, code: SigninCode | None = None) -> str:
    card = members.get_member(edge.read(), member_id)
    url, minutes = ticket_url(code) if code else "", queries.signin_code_minutes()
    return render_template(
        "staff/signin_code.html", card=card, form=form, code=code, url=url, minutes=minutes, at=clock.now()
    )
