"""标签: which tags there are, their rules, the presets; and the tags of one member."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import permissions as members
from services.segments import commands, queries
from services.segments.permissions import TAGS_CHANGE
from services.segments.queries import Offer, TagCard
from services.segments.rules.presets import COLOURS
from services.segments.schemas import TagIn, WornIn
from services.shared import clock
from webapp.staff import blueprint
from webapp.staff.acts import act
from webapp.staff.segments import building, drafts
from webapp.staff.segments.drafts import Draft
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/tags")
@guards.staff(members.MEMBERS_READ)
def tags() -> str:
    """All tags by group, with how many have each, and the presets that are not in use."""
    return render_template("staff/tags/list.html", show="list", **_beside())


@blueprint.get("/tags/new")
@guards.staff(TAGS_CHANGE)
def new_tag() -> str:
    """An empty tag; with `?rule=1` one by rule, with `?preset=` one of ours."""
    offer = next((each for each in _offers() if each.preset.key == request.args.get("preset")), None)
    if offer is not None:
        values = {"name": _(offer.preset.name), "colour": offer.preset.colour, "group": _(offer.preset.grouping)}
        return _editor(None, Form(values | {"preset": offer.preset.key}), drafts.of_tree(offer.rule or {"all": []}))
    ruled = request.args.get("rule") == "1"
    return _editor(None, Form({"name": "", "colour": "brand"}), drafts.of_tree({"all": []}) if ruled else None)


@blueprint.post("/tags/new")
@guards.staff(TAGS_CHANGE)
def create_tag() -> ResponseReturnValue:
    """Add it; a rule is followed at once."""
    at, preset = clock.now(), forms.typed().get("preset", "")
    known = preset if preset in {each.preset.key for each in _offers()} else None

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        tag = commands.create_tag(session, {**data, "preset": known}, actor=edge.actor(), at=at)
        toasts.say(_("加好了，几秒后就打上") if tag.rule else _("加好了「%(name)s」", name=tag.name))
        return redirect(url_for("staff.tag", tag_id=tag.id), 303)

    return _submit(None, perform)


@blueprint.get("/tags/<int:tag_id>")
@guards.staff(members.MEMBERS_READ)
def tag(tag_id: int) -> str:
    """One tag: for whoever may change it a form."""
    card = queries.get_tag(edge.read(), tag_id, actor=edge.actor())
    values = {"name": card.name, "colour": card.colour, "group": card.grouping}
    return _editor(card, Form(values), drafts.of_tree(card.rule) if card.rule else None)


@blueprint.post("/tags/<int:tag_id>")
@guards.staff(TAGS_CHANGE)
def change_tag(tag_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, card = clock.now(), queries.get_tag(edge.read(), tag_id, actor=edge.actor())

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_tag(session, tag_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.tag", tag_id=tag_id), 303)

    return _submit(card, perform)


@blueprint.post("/tags/<int:tag_id>/archive")
@guards.staff(TAGS_CHANGE)
def archive_tag(tag_id: int) -> ResponseReturnValue:
    """Show it no more."""
    undo = url_for("staff.restore_tag", tag_id=tag_id)
    return act(commands.archive_tag, tag_id, _("停用了"), to=url_for("staff.tags"), undo=undo)


@blueprint.post("/tags/<int:tag_id>/restore")
@guards.staff(TAGS_CHANGE)
def restore_tag(tag_id: int) -> ResponseReturnValue:
    """Show it again."""
    return act(commands.restore_tag, tag_id, _("又用上了"), to=url_for("staff.tags"))


@blueprint.post("/members/<int:member_id>/tags")
@guards.staff(members.MEMBERS_CHANGE)
def add_member_tag(member_id: int) -> ResponseReturnValue:
    """Put a tag on by hand."""
    at, tag_id = clock.now(), forms.load(WornIn, forms.typed())["tag"]
    return edge.write(lambda session: _worn(commands.add_tag, session, member_id, tag_id, at))


@blueprint.post("/members/<int:member_id>/tags/<int:tag_id>/remove")
@guards.staff(members.MEMBERS_CHANGE)
def remove_member_tag(member_id: int, tag_id: int) -> ResponseReturnValue:
    """Take a tag off by hand."""
    at = clock.now()
    return edge.write(lambda session: _worn(commands.remove_tag, session, member_id, tag_id, at))


def tags_of(member_id: int) -> dict[str, Any]:
    """The part of a member's page about tags: those they have, and those that may be put on."""
    session, actor = edge.read(), edge.actor()
    worn = queries.list_worn(session, [member_id], actor=actor)[member_id]
    have = {each.id for each in worn}
    by_hand = [each for each in queries.list_tags(session, actor=actor) if each.rule is None and each.id not in have]
    return {"worn": worn, "wearable": by_hand if actor.may(members.MEMBERS_CHANGE) else []}


def _worn(command: Any, session: Session, member_id: int, tag_id: int, at: Any) -> ResponseReturnValue:
    command(session, member_id, tag_id, actor=edge.actor(), at=at)
    return redirect(url_for("staff.member", member_id=member_id, _anchor="tags"), 303)


def _submit(card: TagCard | None, perform: Any) -> ResponseReturnValue:
    typed = forms.typed()
    draft = drafts.of_form(typed) if "t.word" in typed else None
    values: dict[str, Any] = {name: typed[name] for name in ("name", "colour", "group", "preset") if name in typed}
    values |= {"rule": drafts.to_tree(draft)} if draft else {}
    return forms.submit(TagIn, perform, lambda form: _editor(card, form, draft), values=values)


def _editor(card: TagCard | None, form: Form, draft: Draft | None) -> str:
    written = building.builder(draft, building.mistakes_of(form, draft)) | building.tried(draft) if draft else {}
    return render_template(
        "staff/tags/page.html",
        show="detail",
        tag=card,
        form=form,
        ruled=draft is not None,
        colours=[(key, _(words)) for key, words in COLOURS.items()],
        **written,
        **_beside(),
    )


def _offers() -> list[Offer]:
    actor = edge.actor()
    return queries.list_offers(edge.read(), actor=actor) if actor.may(TAGS_CHANGE) else []


def _beside() -> dict[str, Any]:
    found = queries.list_tags(edge.read(), actor=edge.actor(), archived=True, counted=True)
    return {"found": found, "offers": _offers(), "may_change": edge.actor().may(TAGS_CHANGE)}
