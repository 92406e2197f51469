"""登录的设备: where I am signed in, and out of there."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from services.shared import clock
from services.signin import commands, queries
from webapp.member import blueprint
from webapp.web import edge, guards, passkeys, people, toasts


@blueprint.get("/me/sessions")
@guards.member
def sessions() -> str:
    """Every browser that is signed in as me, the last used first."""
    person, session_id = people.signed_in()
    found = queries.list_member_sessions(edge.read(), int(person.actor.id or 0), at=clock.now())
    return render_template("member/me/sessions.html", sessions=found, session_id=session_id, passkeys=passkeys.own())


@blueprint.post("/me/sessions/<int:session_id>/revoke")
@guards.member
def revoke_session(session_id: int) -> ResponseReturnValue:
    """Sign one of them out, with the member code on it; the own one as well."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.revoke_member_session(session, session_id, elsewhere=session_id != own, actor=person.actor, at=at)
        if session_id != own:
            toasts.say(_("那台设备已退出"))
        return redirect(url_for("member.sessions"), 303)  # without a session it leads to the door

    return edge.write(effect)


@blueprint.post("/me/sessions/revoke")
@guards.member
def revoke_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere else: a lost phone, a friend's computer."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        member_id = int(person.actor.id or 0)
        ended = commands.revoke_other_member_sessions(session, member_id, keep=own, actor=person.actor, at=at)
        toasts.say(
            ngettext("%(num)s 台设备已退出", "%(num)s 台设备已退出", ended) if ended else _("没有别的设备登录着")
        )
        return redirect(url_for("member.sessions"), 303)

    return edge.write(effect)
