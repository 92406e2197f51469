"""Saved segments: the list, one with its conditions, what it shares with another."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.segments import commands, queries
from services.segments.permissions import SEGMENTS_CHANGE, SEGMENTS_READ
from services.segments.queries import SegmentCard
from services.segments.schemas import SegmentIn
from services.shared import clock
from webapp.staff import blueprint
from webapp.staff.acts import act
from webapp.staff.segments import building, drafts
from webapp.staff.segments.building import share
from webapp.staff.segments.drafts import Draft
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/segments")
@guards.staff(SEGMENTS_READ)
def segments() -> str:
    """All that are in use, and those that were put away."""
    return render_template("staff/segments/list.html", show="list", **_beside())


@blueprint.get("/segments/new")
@guards.staff(SEGMENTS_READ)
def new_segment() -> str:
    """An empty one, or (`?from=rfm:champion`) one that begins with a class of RFM. Who may not save may try."""
    _kind, _colon, name = request.args.get("from", "").partition("rfm:")
    begun = {"all": [{"kind": "rfm", "one_of": [name]}]} if name.isidentifier() else {"all": []}
    return _editor(None, Form({"name": ""}), drafts.of_tree(begun))


@blueprint.post("/segments/new")
@guards.staff(SEGMENTS_CHANGE)
def create_segment() -> ResponseReturnValue:
    """Save it under a name."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        made = commands.create_segment(session, data, actor=edge.actor(), at=at)
        toasts.say(_("存好了「%(name)s」", name=made.name))
        return redirect(url_for("staff.segment", segment_id=made.id), 303)

    return _submit(None, perform)


@blueprint.get("/segments/<int:segment_id>")
@guards.staff(SEGMENTS_READ)
def segment(segment_id: int) -> str:
    """One, with its conditions in the builder; `?with=` names another to compare with."""
    card = queries.get_segment(edge.read(), segment_id, actor=edge.actor())
    return _editor(card, Form({"name": card.name, "note": card.note}), drafts.of_tree(card.conditions))


@blueprint.post("/segments/<int:segment_id>")
@guards.staff(SEGMENTS_CHANGE)
def change_segment(segment_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, card = clock.now(), queries.get_segment(edge.read(), segment_id, actor=edge.actor())

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_segment(session, segment_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.segment", segment_id=segment_id), 303)

    return _submit(card, perform)


@blueprint.post("/segments/<int:segment_id>/archive")
@guards.staff(SEGMENTS_CHANGE)
def archive_segment(segment_id: int) -> ResponseReturnValue:
    """Put it away."""
    undo = url_for("staff.restore_segment", segment_id=segment_id)
    return act(commands.archive_segment, segment_id, _("停用了"), to=url_for("staff.segments"), undo=undo)


@blueprint.post("/segments/<int:segment_id>/restore")
@guards.staff(SEGMENTS_CHANGE)
def restore_segment(segment_id: int) -> ResponseReturnValue:
    """Take it back into use."""
    return act(commands.restore_segment, segment_id, _("又用上了"), to=url_for("staff.segments"))


def _submit(card: SegmentCard | None, perform: Any) -> ResponseReturnValue:
    typed = forms.typed()
    draft = drafts.of_form(typed)
    values = {name: typed.get(name, "") for name in ("name", "note")} | {"conditions": drafts.to_tree(draft)}
    return forms.submit(SegmentIn, perform, lambda form: _editor(card, form, draft), values=values)


def _editor(card: SegmentCard | None, form: Form, draft: Draft) -> str:
    return render_template(
        "staff/segments/page.html",
        show="detail",
        segment=card,
        form=form,
        **building.builder(draft, building.mistakes_of(form, draft)),
        **building.tried(draft),
        **_beside(),
        **(_overlap(card) if card else {}),
    )


def _beside() -> dict[str, Any]:
    found = queries.list_segments(edge.read(), actor=edge.actor(), archived=True)
    return {"found": found, "may_change": edge.actor().may(SEGMENTS_CHANGE)}


def _overlap(card: SegmentCard) -> Mapping[str, Any]:
    """What a segment shares with another one (`?with=`)."""
    asked = request.args.get("with", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    session = edge.read()
    other = queries.get_segment(session, int(asked), actor=edge.actor())
    scene = queries.load_scene(session, at=clock.now())
    shared = queries.count_overlap(session, card.node, other.node, scene)
    counts = {each.id: queries.count_meeting(session, each.node, scene) for each in (card, other)}
    return {
        "other": other,
        "shared": shared,
        "of_this": share(shared, counts[card.id]),
        "of_other": share(shared, counts[other.id]),
    }
