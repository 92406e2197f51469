"""Giving coupons out: to one member on the member's page, to a list that is pasted, filtered or a segment, and what became of each line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.coupons import commands, permissions, queries
from services.coupons.schemas import IssueIn
from services.members import queries as members
from services.members.queries import Filter
from services.segments import queries as segments
from services.segments.permissions import SEGMENTS_READ
from services.shared import clock, days
from services.shared.actors import SYSTEM
from services.shared.fields import Identifier, Text
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.web import addresses, edge, forms, guards, shop, toasts
from webapp.web.forms import Form

PAGE, MOST = 50, 20_000
OUTCOMES = {
    "issued": N_("发好了"),
    "waiting": N_("等着发"),
    "unknown": N_("没有这位会员"),
    "twice": N_("名单里重复了"),
    "none_left_member": N_("这位已经领够了"),
    "none_left_day": N_("超过了每天的数量"),
    "none_left_stock": N_("券发完了"),
    "paused": N_("已停发"),
    "over": N_("活动已结束"),
}


class ListForm(Schema):
    """A list: pasted lines, a filter, or a saved segment."""

    way = Text(load_default="lines", validate=validate.OneOf(["lines", "filter", "segment"]))
    lines = Text(load_default="", validate=validate.Length(max=400_000))
    state = Text(load_default="all", validate=validate.OneOf(["all", "new", "unseen", "dormant"]))
    source = Text(load_default="", validate=validate.Length(max=40))
    store = Text(load_default="", validate=validate.Regexp(r"\d{0,18}\Z"))
    segment = Identifier(load_default=None, allow_none=True, error_messages={"invalid": N_("请选一个客群")})
    reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))


class OneForm(IssueIn):
    """One coupon by hand."""

    template = Identifier(required=True, attribute="template_id", error_messages={"invalid": N_("请选一张券")})


@blueprint.get("/coupons/<int:template_id>/issue")
@guards.staff(permissions.COUPONS_ISSUE)
def new_coupon_batch(template_id: int) -> str:
    """Choose who gets it."""
    return _page(template_id, Form({"way": "lines", "state": "all"}))


@blueprint.post("/coupons/<int:template_id>/issue")
@guards.staff(permissions.COUPONS_ISSUE)
def create_coupon_batch(template_id: int) -> ResponseReturnValue:
    """Give it to all of them; a long list goes on while the page shows how far it is."""
    at, actor = clock.now(), edge.actor()
    values = forms.typed()
    chosen = edge.before(lambda: _chosen(values))

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        if data["way"] != "lines":
            batch = commands.issue_to_members(session, template_id, chosen(), data["reason"], actor=actor, at=at)
        else:
            lines = data["lines"].splitlines()
            batch = commands.issue_to_lines(session, template_id, lines, data["reason"], actor=actor, at=at)
        return redirect(url_for("staff.coupon_batch", template_id=template_id, batch_id=batch.id), 303)

    return forms.submit(ListForm, perform, lambda form: _page(template_id, form), values=values)


@blueprint.get("/coupons/<int:template_id>/issue/<int:batch_id>")
@guards.staff(permissions.COUPONS_READ)
def coupon_batch(template_id: int, batch_id: int) -> str:
    """How far a list is, and the result of each line."""
    session, outcome = edge.read(), request.args.get("outcome", "")
    batch, template = queries.get_batch(session, batch_id), queries.get_template(session, template_id)
    outcome = outcome if outcome in OUTCOMES else ""
    rows = queries.list_batch_rows(
        session, batch.id, outcome=outcome, after=addresses.whole("after") or 0, limit=PAGE + 1
    )
    ids = [row.member_id for row in rows[:PAGE] if row.member_id]
    following: dict[str, Any] = {"batch_id": batch.id, "template_id": template.id, "outcome": outcome or None}
    return render_template(
        "staff/coupons/batch.html",
        batch=batch,
        template=template,
        counts=queries.count_outcomes(session, batch.id),
        outcome=outcome,
        outcomes=OUTCOMES,
        rows=rows[:PAGE],
        members={card.id: card for card in members.get_cards(session, ids)},
        more=url_for("staff.coupon_batch", **following, after=rows[PAGE - 1].id) if len(rows) > PAGE else "",
    )


@blueprint.post("/members/<int:member_id>/coupons")
@guards.staff(permissions.COUPONS_ISSUE)
def issue_coupon(member_id: int) -> ResponseReturnValue:
    """Give one member one coupon by hand."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        coupon = commands.issue_coupon(
            session, data["template_id"], member_id, source="manual", note_words=data["reason"], actor=actor, at=at
        )
        name = queries.get_coupon(session, coupon.id).name
        toasts.say(_("发好了：「%(name)s」", name=name))
        return _back(member_id)

    return forms.submit(OneForm, perform, lambda form: _say_why(member_id, form))


@blueprint.post("/members/<int:member_id>/coupons/code")
@guards.staff(permissions.COUPONS_REDEEM)
def enter_public_code(member_id: int) -> ResponseReturnValue:
    """A member says a public code at the counter."""
    at, actor = clock.now(), edge.actor()

    def count(_data: dict[str, Any]) -> None:
        edge.spend(commands.CODES_BY_ACTOR, actor.scope, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        coupon = commands.claim_by_code(session, data["public_code"], member_id, actor=actor, at=at)
        toasts.say(_("领好了：「%(name)s」", name=queries.get_coupon(session, coupon.id).name))
        return _back(member_id)

    return forms.submit(IssueIn, perform, lambda form: _say_why(member_id, form), first=count)


def _say_why(member_id: int, form: Form) -> str:
    """The member's page has no room for a form's page of its own: the words stand on a small one with the way back."""
    card = members.get_member(edge.read(), member_id)
    return render_template(
        "staff/coupons/refused.html",
        card=card,
        form=form,
        open_templates=queries.list_templates(edge.read(), state="open", limit=200),
    )


def _back(member_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.member", member_id=member_id, _anchor="coupons"), 303)


def _page(template_id: int, form: Form) -> str:
    session = edge.read()
    return render_template(
        "staff/coupons/issue.html",
        template=queries.get_template(session, template_id),
        form=form,
        sources=shop.settings()["members.sources"],
        stores=stores.list_stores(session, actor=SYSTEM),
        segments=segments.list_segments(session, actor=edge.actor()) if edge.actor().may(SEGMENTS_READ) else [],
    )


def _chosen(values: Mapping[str, Any]) -> Sequence[int]:
    """The members that a filter or a segment finds, before the write lock."""
    if values.get("way") not in {"filter", "segment"}:
        return []
    data, zone, at = forms.load(ListForm, values), shop.settings().zone, clock.now()
    if data["way"] == "segment":
        return _in_segment(data["segment"], at)
    month = days.day_bounds(days.local_day(at, zone).replace(day=1), zone)[0]
    where = Filter(data["state"], data["source"], int(data["store"]) if data["store"] else None)
    tree, found, after = where.tree(at=at, month_begins=month), [], None
    while page := members.list_members(edge.read(), tree, after=after, limit=1000):
        found += [card.id for card in page]
        after = page[-1].id
        if len(found) > MOST:
            raise Invalid({"lines": [N_("一次最多 20000 位")]})
    return found


def _in_segment(segment_id: int | None, at: datetime) -> Sequence[int]:
    actor, session = edge.actor(), edge.read()
    if segment_id is None:
        raise Invalid({"segment": [N_("请选一个客群")]})
    actor.require(SEGMENTS_READ)
    node = segments.get_segment(session, segment_id, actor=actor).node
    found = segments.list_meeting(session, node, segments.load_scene(session, at=at), limit=MOST + 1)
    if len(found) > MOST:
        raise Invalid({"segment": [N_("一次最多 20000 位")]})
    return found
