"""可能重复: two cards of one person are found, looked at side by side, merged, and parted again within seven days."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import validate
from sqlalchemy.orm import Session

from services.approvals.commands import ask_for_merge
from services.members import queries as members
from services.members.rules.joining import LABELS
from services.merging import commands, queries
from services.merging.permissions import MEMBERS_MERGE
from services.merging.schemas import MergeIn, PairIn, UndoIn
from services.shared import clock
from services.shared.database import transaction
from services.shared.fields import Text
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin import commands as signin
from services.signin.errors import CodeUnknown
from services.signin.queries import Proof, get_asked_proof
from webapp.staff import approvals, asked, blueprint
from webapp.web import edge, forms, guards, proof_codes, shop, toasts
from webapp.web.forms import Form

PAGE, FOUND = 20, 12
WHY = {
    "phone": N_("手机号写在微信号里"),
    "wechat": N_("同一个微信号"),
    "birthday": N_("同名同生日"),
    "child": N_("同一个孩子"),
}


class MergeForm(MergeIn):
    """The same, with the member code itself or the code that the member says (`proof`)."""

    code = Text(load_default="", validate=validate.Length(max=40))
    said = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))


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
    return _preview(member_id, loser_id, Form({name: request.args.get(name, "") for name in ("proof", *LABELS)}))


@blueprint.post("/duplicates/<int:member_id>/<int:loser_id>")
@guards.staff(MEMBERS_MERGE)
def merge_members(member_id: int, loser_id: int) -> ResponseReturnValue:
    """The card `loser_id` becomes part of this one: whose card it is has agreed, or a second person is asked."""
    at, actor, store_id = clock.now(), edge.actor(), shop.current_store().id
    values = {name: said for name, said in forms.typed().items() if said} | {"loser": str(loser_id)}
    code = str(values.get("code", "")).replace(" ", "")
    if code:
        edge.done_reading()
        signin.require_room_for_guess(code, actor=actor, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        pair = (member_id, loser_id, data["chosen"])
        if data["reason"] and not (code or data["said"]):
            ask_for_merge(session, *pair, data["reason"], actor=actor, at=at)
            return approvals.sent()
        proof = data["proof"] if data["said"] else None
        if code:
            try:
                scan = signin.scan_member_code(session, code, store_id=store_id, actor=actor, at=at)
            except CodeUnknown as unknown:
                raise Invalid({"code": [unknown.text]}, unknown.code) from None
            proof = Proof("scan", scan.id)
        done = commands.merge_members(session, *pair, proof=proof, store_id=store_id, actor=actor, at=at)
        return redirect(url_for("staff.merge", merge_id=done.id), 303)

    def again(form: Form) -> str:
        if form.code == CodeUnknown.code:
            edge.done_reading()
            signin.note_wrong_code(code, actor=actor, at=at)
        return _preview(member_id, loser_id, form)

    return forms.submit(MergeForm, perform, again, values=values, first=_require_said)


@blueprint.post("/duplicates/<int:member_id>/<int:loser_id>/code")
@guards.staff(MEMBERS_MERGE)
def send_merge_code(member_id: int, loser_id: int) -> ResponseReturnValue:
    """Send the loser's person a code, to be said here; what was chosen so far stays."""
    at, actor, store_id = clock.now(), edge.actor(), shop.current_store().id
    chosen = {name: said for name, said in forms.typed().items() if name in LABELS}

    def first(_data: dict[str, Any]) -> None:
        queries.require_two(edge.read(), member_id, loser_id)
        proof_codes.count(loser_id, at)

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        proof = commands.send_merge_code(session, member_id, loser_id, store_id=store_id, actor=actor, at=at)
        toasts.say(_("确认码发给会员了，请会员报给您"))
        told = {"member_id": member_id, "loser_id": loser_id, "proof": f"p_{proof.id}", **chosen}
        return redirect(url_for("staff.merge_preview", **told), 303)

    return forms.submit(forms.Nothing, perform, lambda form: _preview(member_id, loser_id, form), first=first)


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


def _require_said(data: dict[str, Any]) -> None:
    """The code that the member says, before the write lock: a wrong one is counted. Raises Invalid beside it."""
    if not data["said"]:
        return
    if data["proof"] is None:
        raise Invalid({"said": [N_("请先发确认码")]})
    if not _enter(data["proof"].id, data["said"]):
        raise Invalid({"said": [N_("确认码不对，请会员再看一次")]})


def _enter(proof_id: int, digits: str) -> bool:
    """Whether this is the code. Raises Invalid where none is waited for (any more)."""
    at, actor = clock.now(), edge.actor()
    try:
        if get_asked_proof(edge.read(), proof_id, actor=actor, at=at).state == "confirmed":
            return True
        edge.done_reading()
        with transaction() as session:
            return signin.enter_proof_code(session, proof_id, digits, actor=actor, at=at)
    except NotFound:
        raise Invalid({"said": [N_("确认码过期了，请再发一次")]}) from None


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
