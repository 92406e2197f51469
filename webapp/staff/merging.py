"""可能重复: two cards of one person are found, looked at side by side, merged, and parted again within seven days."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.members import queries as members
from services.members.rules.joining import LABELS
from services.merging import commands, queries
from services.merging.permissions import MEMBERS_MERGE
from services.merging.schemas import MergeIn, PairIn, UndoIn
from services.shared import clock
from services.shared.words import N_
from webapp.staff import asked, blueprint
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form

PAGE, FOUND = 20, 12
WHY = {
    "phone": N_("手机号写在微信号里"),
    "wechat": N_("同一个微信号"),
    "birthday": N_("同名同生日"),
    "child": N_("同一个孩子"),
}


@blueprint.get("/duplicates")
@guards.staff(MEMBERS_MERGE)
def duplicates() -> str:
    """Pairs that look like one person, and why."""
    return _list(Form({}))


@blueprint.post("/duplicates")
@guards.staff(MEMBERS_MERGE)
def ignore_duplicate() -> ResponseReturnValue:
    """Two who look alike are two people: never proposed again."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.ignore_pair(session, data["one_id"], data["other_id"], actor=actor, at=at)
        toasts.say(_("记下了，不再提示这两位"))
        return redirect(url_for("staff.duplicates"), 303)

    return forms.submit(PairIn, perform, _list)


@blueprint.get("/duplicates/of/<int:member_id>")
@guards.staff(MEMBERS_MERGE)
def choose_duplicate(member_id: int) -> str:
    """Find the other card of this member."""
    session, text = edge.read(), asked.text()
    card = members.as_seen_by(edge.actor(), members.get_member(session, member_id))
    found = members.search_members(session, text, limit=FOUND, asker=edge.actor()) if text else []
    people = [each for each in found if each.id != card.id]
    return render_template("staff/merging/choose.html", card=card, text=text, people=people)


@blueprint.get("/duplicates/<int:member_id>/<int:loser_id>")
@guards.staff(MEMBERS_MERGE)
def merge_preview(member_id: int, loser_id: int) -> str:
    """Both cards side by side: what stays, and what the one will hold."""
    return _preview(member_id, loser_id, Form({}))


@blueprint.post("/duplicates/<int:member_id>/<int:loser_id>")
@guards.staff(MEMBERS_MERGE)
def merge_members(member_id: int, loser_id: int) -> ResponseReturnValue:
    """The card `loser_id` becomes part of this one."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        done = commands.merge_members(session, member_id, data["loser_id"], data["chosen"], actor=actor, at=at)
        return redirect(url_for("staff.merge", merge_id=done.id), 303)

    values = {**forms.typed(), "loser": str(loser_id)}
    return forms.submit(MergeIn, perform, lambda form: _preview(member_id, loser_id, form), values=values)


@blueprint.get("/duplicates/merges/<int:merge_id>")
@guards.staff(MEMBERS_MERGE)
def merge(merge_id: int) -> str:
    """What was merged, and until when it can be undone."""
    return _done(merge_id, Form({}))


@blueprint.post("/duplicates/merges/<int:merge_id>")
@guards.staff(MEMBERS_MERGE)
def undo_merge(merge_id: int) -> ResponseReturnValue:
    """Both cards are what they were."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.undo_merge(session, merge_id, actor=actor, at=at)
        toasts.say(_("撤销了，两张卡都恢复原样"))
        return redirect(url_for("staff.merge", merge_id=merge_id), 303)

    return forms.submit(UndoIn, perform, lambda form: _done(merge_id, form))


def merges_section(session: Session, member_id: int) -> dict[str, Any]:
    """What the member's page says: into whom the card was merged, and the cards that were merged into it."""
    found = [each for each in queries.list_merges(session, member_id) if each.undone_at is None]
    others = {each.winner_id if each.loser_id == member_id else each.loser_id for each in found}
    return {"merges": found, "merged_cards": {card.id: card for card in members.get_cards(session, sorted(others))}}


def _list(form: Form) -> str:
    session = edge.read()
    low, _dash, high = request.args.get("after", "").partition("-")
    after = (int(low), int(high)) if low.isdecimal() and high.isdecimal() and len(low + high) < 30 else (0, 0)
    found = queries.list_duplicates(session, after=after, limit=PAGE + 1)
    ids = sorted({each for pair in found for each in (pair.low_id, pair.high_id)})
    cards = {card.id: members.as_seen_by(edge.actor(), card) for card in members.get_cards(session, ids)}
    following = f"{found[PAGE - 1].low_id}-{found[PAGE - 1].high_id}" if len(found) > PAGE else ""
    return render_template(
        "staff/merging/duplicates.html", pairs=found[:PAGE], cards=cards, why=WHY, following=following, form=form
    )


def _preview(member_id: int, loser_id: int, form: Form) -> str:
    seen = queries.get_merge_preview(edge.read(), member_id, loser_id, at=clock.now())
    sides = [members.as_seen_by(edge.actor(), side.card) for side in (seen.winner, seen.loser)]
    return render_template("staff/merging/preview.html", seen=seen, sides=sides, labels_of=LABELS, form=form)


def _done(merge_id: int, form: Form) -> str:
    session, at = edge.read(), clock.now()
    row = queries.get_merge(session, merge_id)
    winner, loser = (
        members.as_seen_by(edge.actor(), members.get_member(session, each)) for each in (row.winner_id, row.loser_id)
    )
    locked = queries.find_lock(session, row, at=at)
    return render_template(
        "staff/merging/merge.html",
        merge=row,
        winner=winner,
        loser=loser,
        locked=locked,
        until=row.at + queries.UNDOABLE,
        form=form,
    )
