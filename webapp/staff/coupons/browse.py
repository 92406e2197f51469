"""The list of templates with its filters, as it stands on its own page and beside a template."""

from typing import Any, get_args

from flask import request, url_for
from flask_babel import gettext as _

from services.coupons import queries
from services.coupons.permissions import COUPON_TEMPLATES_CHANGE
from services.coupons.queries.templates import TemplateState
from services.coupons.rules import Kind
from services.shared.words import N_
from webapp.web import addresses, coupon_words, edge

PAGE = 40
STATES = {"": N_("全部"), "open": N_("发放中"), "paused": N_("已停发"), "archived": N_("已归档")}


def browse() -> dict[str, Any]:
    """Everything that the list's template needs. Four small queries."""
    session, text = edge.read(), request.args.get("q", "").strip()[:40]
    state, kind = _one_of("state", get_args(TemplateState)), _one_of("kind", [each.value for each in Kind])
    asked: Any = state or None
    found = queries.list_templates(
        session,
        text=text,
        codes=edge.actor().may(COUPON_TEMPLATES_CHANGE),
        state=asked,
        kind=kind,
        after=addresses.whole("after"),
        limit=PAGE + 1,
    )
    templates, counts = found[:PAGE], queries.count_templates(session)
    kept: dict[str, Any] = {key: value for key, value in (("q", text), ("state", state), ("kind", kind)) if value}
    return {
        "templates": templates,
        "counted": queries.count_by_states(session, [each.id for each in templates]),
        "text": text,
        "kept": kept,
        "chips": _chips(state, kind, text, counts),
        "nothing": not any(counts.values()),
        "more": url_for("staff.coupons", **kept, after=templates[-1].id) if len(found) > PAGE else "",
    }


def _chips(state: str, kind: str, text: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    shown = ["", *(each for each in ("open", "paused", "archived") if counts[each] or each == state)]
    chips = [_chip(_(STATES[each]), not kind and state == each, q=text, state=each) for each in shown]
    return chips + [
        _chip(_(words), kind == each, q=text, kind=each.value) for each, words in coupon_words.KINDS.items()
    ]


def _chip(text: str, current: bool, **asked: str) -> dict[str, Any]:
    kept: dict[str, Any] = {key: value for key, value in asked.items() if value}
    return {"text": text, "href": url_for("staff.coupons", **kept), "current": current, "icon": ""}


def _one_of(name: str, known: Any) -> str:
    typed = request.args.get(name, "")
    return typed if typed in known else ""
