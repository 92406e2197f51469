"""不是您本人？ I report something that was not me: my spending is frozen, all my other devices are signed out."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock
from services.signin import commands
from services.signin.queries.freezes import find_freeze
from webapp.member import blueprint
from webapp.web import edge, guards, people, shop, toasts


@blueprint.get("/me/not-me")
@guards.member
def not_me() -> str:
    """What a report does, and the button; afterwards that it was made."""
    freeze = find_freeze(edge.read(), people.member().id)
    return render_template("member/not_me.html", freeze=freeze, contact=shop.settings()["shop.contact"])


@blueprint.post("/me/not-me")
@guards.member
def report_misuse() -> ResponseReturnValue:
    """Freeze now; asking again changes nothing."""
    (person, own), at = people.signed_in(), clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.report_misuse(session, keep=own, actor=person.actor, at=at)
        toasts.say(_("冻结好了，门店会联系您"))
        return redirect(url_for("member.not_me"), 303)

    return edge.write(effect)
