"""The pages of the settings."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.approvals.commands import change_settings as change_settings_of_shop
from services.loyalty import queries as loyalty
from services.shared import clock
from services.stores import permissions
from services.stores.setting import Setting
from services.stores.settings import GROUPS, Settings
from webapp.staff import blueprint
from webapp.staff.settings import values as words
from webapp.web import brand, edge, forms, guards, shop, toasts, uploads
from webapp.web.forms import Form
from webapp.web.setup import COLOURS
from webapp.web.template_words import flat_money

ICONS = {
    "shop": "store",
    "look": "palette",
    "points": "coins",
    "tiers": "crown",
    "wallet": "wallet",
    "members": "users-round",
    "family": "baby",
    "rfm": "chart-column",
    "privacy": "shield-check",
    "orders": "receipt-text",
    "messages": "bell",
    "security": "key-round",
    "approvals": "badge-check",
    "dealing": "eye",
}
EXAMPLE = 57_60  # fen: the worked cart whose points every owner knows (domain.md)


@blueprint.get("/settings")
@guards.staff(permissions.SETTINGS_READ)
def settings() -> str:
    """The groups; beside them, where there is room, the first one."""
    return _page("shop", show="list")


@blueprint.get("/settings/<group>")
@guards.staff(permissions.SETTINGS_READ)
def settings_group(group: str) -> str:
    """One group: a form for whoever may change it. What is typed may come along, for the preview."""
    return _page(group)


@blueprint.post("/settings/<group>")
@guards.staff(permissions.SETTINGS_CHANGE)
def change_settings(group: str) -> ResponseReturnValue:
    """Keep what was changed in one group."""
    at, typed, chosen = clock.now(), forms.typed(), _chosen(group)
    wrong = _wrong(group, typed)

    def perform(session: Session, _data: dict[str, Any]) -> ResponseReturnValue:
        sent = words.from_form(chosen, typed)
        change_settings_of_shop(session, sent, actor=edge.actor(), at=at)
        toasts.say(_("%(group)s改好了", group=_(GROUPS[group])))
        return redirect(url_for("staff.settings_group", group=group), 303)

    return forms.submit(Schema, perform, lambda form: _page(group, form), values=typed, wrong=wrong)


def _chosen(group: str) -> tuple[Setting, ...]:
    """The settings of a group; an unknown one is no page."""
    if group not in GROUPS:
        abort(404)
    return words.of_group(group)


def _wrong(group: str, typed: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong before the settings themselves are read: the logo."""
    if group == "look":
        return uploads.take(typed, "look.logo")
    return {}


def _page(group: str, form: Form | None = None, *, show: str = "detail") -> str:
    chosen, stored = _chosen(group), shop.settings()
    form = form or Form(words.in_form(chosen, stored, dict(COLOURS)))
    return render_template(
        "staff/settings/page.html",
        show=show,
        group=group,
        group_label=GROUPS[group],
        groups=[(name, label, ICONS[name], _note(name, stored)) for name, label in GROUPS.items()],
        chosen=chosen,
        stored=stored,
        form=form,
        may_change=edge.actor().may(permissions.SETTINGS_CHANGE),
        in_words=words.in_words,
        zones=words.zones() if group == "shop" else (),
        colours=COLOURS,
        deepened=group == "look" and brand.tokens(str(stored["look.colour"])).changed,
        points_words=_points_words(words.with_typed(chosen, stored, request.values)) if group == "points" else "",
    )


def _note(group: str, stored: Settings) -> str:
    """One line under a group's name: what it is set to."""
    if group == "points":
        return _points_words(stored)
    first = words.of_group(group)[0]
    return f"{_(first.label)} · {words.in_words(first, stored[first.name])}"


def _points_words(rule: Settings) -> str:
    """The earning rule as a sentence with an example."""
    if not rule["points.per_step"]:
        return str(_("消费不得积分"))
    step, example = flat_money(rule["points.step"]).removesuffix(".00"), flat_money(EXAMPLE)
    earned, points = rule["points.per_step"], loyalty.get_earning(rule, EXAMPLE)
    return str(
        ngettext(
            "每消费 %(step)s 得 %(earned)s 积分，%(example)s 得 %(points)s 分",
            "每消费 %(step)s 得 %(earned)s 积分，%(example)s 得 %(points)s 分",
            points,
            step=step,
            earned=earned,
            example=example,
            points=points,
        )
    )
