"""审批: what waits for a second person, and what became of it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from services.approvals import commands, queries
from services.approvals.permissions import APPROVALS_DECIDE, APPROVALS_READ
from services.approvals.queries import ApprovalView, Shown
from services.approvals.rules import EXPORT, KINDS, MERGE, PAYOUT, POINTS, STATE_WORDS, WALLET, WORDS
from services.approvals.schemas import DeclineIn
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_cards, get_member
from services.members.rules.joining import LOSER
from services.shared import clock
from services.stores import queries as stores
from webapp.staff import asked, blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form
from webapp.web.template_words import flat_money
from webapp.web.wallet_words import paid_by

PAGE = 30


def sent() -> Response:
    """The answer to an act that waits for a second person now."""
    toasts.say(_("已送去审批，批了会告诉您"))
    to = "staff.approvals" if edge.actor().may(APPROVALS_READ) else "staff.more"
    return redirect(url_for(to), 303)  # type: ignore[return-value]


@blueprint.get("/approvals")
@guards.staff(APPROVALS_READ)
def approvals() -> str:
    """What waits, or with `?shown=done` what is over."""
    return _page(Form())


@blueprint.post("/approvals/<int:approval_id>/approve")
@guards.staff(APPROVALS_DECIDE)
def approve(approval_id: int) -> ResponseReturnValue:
    """Agree: it is done now."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        made = commands.approve(session, approval_id, actor=actor, at=at)
        toasts.say(_("批了，一小时内可以导出") if made.kind == EXPORT else _("批了，已经办好"))
        return redirect(url_for("staff.approvals"), 303)

    return forms.submit(forms.Nothing, perform, _page)


@blueprint.post("/approvals/<int:approval_id>/decline")
@guards.staff(APPROVALS_DECIDE)
def decline(approval_id: int) -> ResponseReturnValue:
    """Do not agree, and say why."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.decline(session, approval_id, data["note"], actor=actor, at=at)
        toasts.say(_("没有批，提出的人会知道"))
        return redirect(url_for("staff.approvals"), 303)

    return forms.submit(DeclineIn, perform, lambda form: _page(form, approval_id))


@blueprint.post("/approvals/<int:approval_id>/withdraw")
@guards.staff(APPROVALS_READ)
def withdraw(approval_id: int) -> ResponseReturnValue:
    """Take the own request back."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.withdraw(session, approval_id, actor=actor, at=at)
        toasts.say(_("撤回了"))
        return redirect(url_for("staff.approvals"), 303)

    return forms.submit(forms.Nothing, perform, _page)


def hint(kind: str) -> str:
    """What stands in the form of an act: from when on it waits for a second person; empty where it never does."""
    rule, settings = KINDS[kind], shop.settings()
    if not settings[rule.switch] or rule.above is None:
        return ""
    above = settings[rule.above]
    if not above:
        return str(_("要第二个人同意，会先送去审批"))
    most = ngettext("%(num)s 积分", "%(num)s 积分", above) if kind == POINTS else flat_money(above)
    return str(_("超过 %(most)s要第二个人同意，会先送去审批", most=most))


def _page(form: Form, wrong: int | None = None) -> str:
    session, actor, at = edge.read(), edge.actor(), clock.now()
    shown: Shown = "done" if request.args.get("shown") == "done" else "waiting"
    found = queries.list_approvals(session, shown, actor=actor, at=at, after=asked.number("after"), limit=PAGE + 1)
    views, more = found[:PAGE], len(found) > PAGE
    ids = {view.member_id for view in views if view.member_id is not None}
    cards = get_cards(session, sorted(ids)) if ids and actor.may(MEMBERS_READ) else []
    return render_template(
        "staff/approvals/index.html",
        form=form,
        wrong=wrong,
        shown=shown,
        views=[(view, _(WORDS[view.kind]), about(view), place_of(view)) for view in views],
        states=STATE_WORDS,
        now=at,
        cards={card.id: card for card in cards},
        store_names={store.id: store.name for store in stores.list_stores(session, actor=actor, archived=True)},
        following=url_for("staff.approvals", shown=shown, after=views[-1].id) if more else "",
    )


def about(view: ApprovalView) -> str:
    """How much it is about, in words."""
    terms = view.terms
    if view.kind == PAYOUT:
        return str(_("退 %(amount)s，%(way)s", amount=flat_money(view.amount), way=paid_by(terms.get("tender", ""))))
    if view.kind == POINTS:
        return str(_("加 %(num)s 积分", num=view.amount) if view.amount > 0 else _("减 %(num)s 积分", num=-view.amount))
    if view.kind == WALLET:
        gives, parts = view.amount > 0, (_("本金"), _("赠送金"))
        amounts = (abs(terms.get("principal", 0)), abs(terms.get("bonus", 0)))
        told = _("、").join(f"{part} {flat_money(fen)}" for part, fen in zip(parts, amounts, strict=True) if fen)
        return str(_("补给会员：%(what)s", what=told) if gives else _("从余额扣：%(what)s", what=told))
    if view.kind == MERGE:
        number = get_member(edge.read(), terms["loser_id"]).number
        told = str(_("并入卡号 %(number)s，储值 %(amount)s", number=number, amount=flat_money(view.amount)))
        return told + str(_("，手机号换成那张卡的")) if terms["chosen"].get("phone") == LOSER else told
    return str(_("%(day)s 那天的", day=terms["day"]) if "day" in terms else _("所有日子的"))


def place_of(view: ApprovalView) -> str:
    """Where to look before deciding: the refund sheet, the wallet, the points, the two cards; for who asked, the export that
    they may take now."""
    if view.kind == EXPORT:
        takes = view.own and view.usable_until is not None and clock.now() < view.usable_until
        return url_for("staff.audit_export", **view.terms) if takes else ""
    if view.member_id is None:
        return ""
    if view.kind == MERGE:
        return url_for("staff.merge_preview", member_id=view.member_id, loser_id=view.terms["loser_id"])
    if view.kind == POINTS:
        return url_for("staff.member_points", member_id=view.member_id)
    if view.kind == PAYOUT and view.state == "waiting":
        lots = ",".join(str(lot) for lot in view.terms.get("lots", ()))
        return url_for("staff.new_payout", member_id=view.member_id, lots=lots or None)
    return url_for("staff.wallet", member_id=view.member_id)
