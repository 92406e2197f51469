"""动态 of a member: everything that happened, and writing down what staff had to do with them."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.interactions import commands, permissions
from services.interactions.rules import KINDS, may_take_back
from services.interactions.schemas import InteractionIn
from services.members.permissions import MEMBERS_READ
from services.shared import clock
from webapp.staff import blueprint, members
from webapp.web import edge, forms, guards, people, timeline_words, toasts
from webapp.web.forms import Form


@blueprint.get("/members/<int:member_id>/timeline")
@guards.staff(MEMBERS_READ)
def member_timeline(member_id: int) -> str:
    """All of it, or what one filter leaves, a page at a time."""
    return _page(member_id, Form({"kind": "note"}))


@blueprint.post("/members/<int:member_id>/interactions")
@guards.staff(permissions.INTERACTIONS_CREATE)
def note_interaction(member_id: int) -> ResponseReturnValue:
    """Write one down; it belongs to the store where this person works now."""
    at, actor, person = clock.now(), edge.actor(), people.person()
    store_id = person.store_id if person else None

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        told = {**data, "store_id": store_id}
        commands.note_interaction(session, member_id, told, actor=actor, at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.member_timeline", member_id=member_id), 303)

    return forms.submit(InteractionIn, perform, lambda form: _page(member_id, form))


@blueprint.post("/members/<int:member_id>/interactions/<int:interaction_id>/remove")
@guards.staff(permissions.INTERACTIONS_CREATE)
def remove_interaction(member_id: int, interaction_id: int) -> ResponseReturnValue:
    """Take one back."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.remove_interaction(session, member_id, interaction_id, actor=actor, at=at)
        toasts.say(_("删除了"))
        return redirect(url_for("staff.member_timeline", member_id=member_id), 303)

    return edge.write(effect)


def _page(member_id: int, form: Form) -> str:
    card, show = members.seen(member_id), request.args.get("show", "")
    shown = timeline_words.timeline_of(card.id, show=show, before=request.args.get("before", ""))
    following = url_for("staff.member_timeline", member_id=card.id, show=show or None, before=shown["cursor"])
    may_write = edge.actor().may(permissions.INTERACTIONS_CREATE) and not card.archived
    return members.page(
        "timeline",
        card=card,
        form=form,
        chosen_filter=show,
        following=following if shown["cursor"] else "",
        filters=[(key, _(label)) for key, (label, _sources) in timeline_words.FILTERS.items()],
        interaction_kinds=[(key, _(label)) for key, label in KINDS.items()],
        may_write=may_write,
        removable=_removable(shown["happenings"]),
        **shown,
    )


def _removable(told: list[timeline_words.ToldHappening]) -> set[int]:
    """The interactions among these that the reader may take back."""
    actor, at = edge.actor(), clock.now()
    own = [each.happening for each in told if each.source == "interactions"]
    if actor.may(permissions.INTERACTIONS_REMOVE):
        return {each.id for each in own}
    return {each.id for each in own if may_take_back(each.done_by_id, each.at, actor.id, at)}
