"""更多: the way to everything that is not a tab, and who works where."""

from flask import render_template

from services.approvals.queries import count_for_me
from services.forms.queries import count_waiting
from services.members.permissions import MEMBERS_CHANGE
from services.privacy.permissions import MEMBERS_ERASE, MINORS_EXPORT
from services.privacy.queries import count_proposals, find_due_year
from services.shared import clock
from services.stores import queries as stores
from webapp.staff import blueprint, navigation
from webapp.web import edge, guards, shop


@blueprint.get("/more")
@guards.staff()
def more() -> str:
    """The page behind the last tab."""
    seen = stores.list_stores(edge.read(), actor=edge.actor())
    return render_template(
        "staff/more.html",
        groups=navigation.more(),
        waiting=_waiting(),
        minors_due=find_due_year(edge.read(), at=clock.now()) if edge.actor().may(MINORS_EXPORT) else None,
        stores=seen,
        store=shop.current_store(),
    )


def _waiting() -> dict[str, int]:
    """How much waits behind an entry, for who may look at it."""
    session, actor = edge.read(), edge.actor()
    found = {"staff.approvals": count_for_me(session, actor=actor, at=clock.now())}
    if actor.may(MEMBERS_CHANGE):
        found["staff.own_forms"] = count_waiting(session, actor=actor)
    if actor.may(MEMBERS_ERASE):
        found["staff.privacy"] = count_proposals(session)["proposed"]
    return found
