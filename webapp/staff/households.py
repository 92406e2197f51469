"""家人共用 of a member, as staff see it: masked, on the member's page; ended for who comes and asks."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.household import commands
from services.household.permissions import HOUSEHOLDS_REMOVE
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, guards, toasts


@blueprint.post("/members/<int:member_id>/household/<int:person_id>/remove")
@guards.staff(HOUSEHOLDS_REMOVE)
def remove_from_household(member_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody out of this holder's household. Raises PersonNotFound."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.remove_person(session, person_id, member_id, actor=actor, at=at)
        toasts.say(_("共用结束了"))
        return redirect(url_for("staff.member", member_id=member_id), 303)

    return edge.write(effect)
