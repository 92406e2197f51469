"""The builder: rows of conditions that are added and taken away by the server, and what they find, told while they are being written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.members.queries import as_seen_by
from services.segments import queries
from services.segments.permissions import SEGMENTS_READ
from services.segments.queries import GROUPS, Kind, Preview, Scene
from services.segments.rules import trees
from services.segments.rules.parameters import Chosen
from services.segments.rules.trees import Node
from services.shared import clock
from services.shared.refusals import Forbidden, Invalid
from services.shared.words import N_
from webapp.staff import blueprint
from webapp.staff.segments import drafts
from webapp.staff.segments.drafts import Draft
from webapp.web import edge, forms, guards, segment_words, shop
from webapp.web.forms import Form
from webapp.web.member_words import source_words

HEADINGS: Mapping[str, str] = {
    "profile": N_("资料"), "own": N_("自己的字段"), "family": N_("家庭"), "purchases": N_("消费"), "visits": N_("到店"),
    "holdings": N_("资产"), "messages": N_("消息"),
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """What a draft finds: `left` conditions are not filled in yet; `steps` says how many are left after each row of the outermost
    group, by its name."""

    preview: Preview
    node: Node
    left: int
    steps: Mapping[str, int]


@blueprint.post("/segments/build")
@guards.staff(SEGMENTS_READ)
def build_conditions() -> ResponseReturnValue:
    """The rows as they are after what was tapped. Nothing is kept."""
    typed = forms.typed()
    draft = drafts.act(drafts.of_form(typed), typed)
    response = make_response(render_template("staff/segments/_builder.html", **builder(draft)))
    response.headers["HX-Trigger-After-Settle"] = "rebuilt"
    return response


@blueprint.post("/segments/preview")
@guards.staff(SEGMENTS_READ)
def preview_conditions() -> Response:
    """How many, who, and the sentence; what is not filled in yet is left out."""
    typed = forms.typed()
    after = request.args.get("after", "")
    draft = drafts.of_form(typed)
    page = render_template(
        "staff/segments/_preview.html",
        **tried(draft, after=int(after) if after.isdigit() and len(after) < 19 else None),
    )
    return make_response(page)


def builder(draft: Draft, mistakes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the rows need: kinds by heading that this reader may ask, and what may be chosen in each."""
    catalogue = queries.load_catalogue(edge.read())
    mine = {name: kind for name, kind in catalogue.items() if edge.actor().may(kind.permission)}
    offered = [
        (_(HEADINGS[group]), [kind for kind in mine.values() if kind.group == group and kind.offered])
        for group in GROUPS
    ]
    drafts.to_tree(draft)
    return {
        "draft": draft,
        "catalogue": mine,
        "offered": [(heading, kinds) for heading, kinds in offered if kinds],
        "choices": _choices(draft, mine),
        "mistakes": mistakes or {},
    }


def mistakes_of(form: Form, draft: Draft) -> dict[str, Any]:
    """Everything that is wrong with the conditions of a form that was refused, also where its name was refused first."""
    if not form.mistakes:
        return {}
    try:
        queries.read_tree(edge.read(), drafts.to_tree(draft))
    except Invalid as refusal:
        return dict(refusal.errors)
    return {path: words for path, words in form.mistakes.items() if path.startswith(trees.TOP)}


def tried(draft: Draft, *, after: int | None = None) -> dict[str, Any]:
    """The part of a page that says what a draft finds."""
    session = edge.read()
    scene = queries.load_scene(session, at=clock.now())
    found = try_out(draft, scene, after=after)
    cards = [as_seen_by(edge.actor(), card) for card in found.preview.sample]
    return {
        "tried": found,
        "sample": cards,
        "again": cards[-1].id if len(cards) == queries.SAMPLE and found.preview.count > queries.SAMPLE else None,
        "says": segment_words.sentence(found.node),
        "share": share(found.preview.count, found.preview.everybody),
    }


def try_out(draft: Draft, scene: Scene, *, after: int | None = None) -> Tried:
    """Ask what can be asked of a draft. Raises Forbidden where this reader may not ask it."""
    session, left = edge.read(), set[str]()
    try:
        node = queries.read_tree(session, drafts.to_tree(draft))
    except Invalid as refusal:
        left = drafts.unfinished(draft, refusal.errors)
        node = _read_rest(draft, left)
    if not queries.may_ask(edge.actor(), node):
        raise Forbidden
    preview = queries.preview(session, node, scene, after=after)
    rows = [part.name for part in draft.parts if part.name not in left]
    steps = dict(zip(rows, preview.steps, strict=False))
    return Tried(preview, node, sum(1 for name in left if _is_condition(draft, name)), steps)


def _read_rest(draft: Draft, left: set[str]) -> Node:
    try:
        return queries.read_tree(edge.read(), drafts.to_tree(replace(draft), without=left))
    except Invalid:  # what is wrong is no row: too many, too deep
        return trees.EVERYBODY


def _is_condition(draft: Draft, name: str) -> bool:
    return any((part.name == name and part.kind) or _is_condition(part, name) for part in draft.parts)


def _choices(draft: Draft, catalogue: Mapping[str, Kind]) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen in the rows that there are, by kind."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in _kinds(draft):
        for parameter in catalogue[name].parameters if name in catalogue else ():
            if isinstance(parameter, Chosen):
                found[name] = _options(parameter)
    return found


def _kinds(draft: Draft) -> set[str]:
    return {draft.kind} | {kind for part in draft.parts for kind in _kinds(part)}


def _options(parameter: Chosen) -> list[tuple[str, str]]:
    if parameter.named:
        return [(each, source_words(each)) for each in shop.settings()["members.sources"]]
    if parameter.fixed is None:
        return [(str(each), name) for each, name in queries.list_things(edge.read(), parameter.of)]
    return [(key, segment_words.choice_words(parameter, key)) for key in parameter.fixed]


def share(count: int, everybody: int) -> str:
    """`3.0%`; under a thousandth `<0.1%`."""
    if not everybody or not count:
        return "0%"
    thousandths = count * 1000 // everybody
    return f"{thousandths // 10}.{thousandths % 10}%" if thousandths else "<0.1%"
