"""What was sent in a member's name and waits: a part of their page."""

from typing import Any

from services.forms import queries
from services.members.permissions import MEMBERS_CHANGE
from webapp.web import edge


def forms_of(member_id: int) -> dict[str, Any]:
    """The proposals that wait, each with its form, for who may change members."""
    session, actor = edge.read(), edge.actor()
    if not actor.may(MEMBERS_CHANGE):
        return {"waiting_forms": []}
    found = queries.list_waiting(session, member_id=member_id, actor=actor)
    return {"waiting_forms": [(each, queries.get_form(session, each.form_id)) for each in found]}
