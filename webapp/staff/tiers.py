"""等级: the ladder, level by level. Whoever may not change it sees what each level brings."""

from types import SimpleNamespace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from services.checkout.commands import tiers as checkout
from services.coupons import queries as coupons
from services.loyalty import commands, permissions, queries
from services.loyalty.models import Tier
from services.loyalty.schemas import TierIn, decimal
from services.members import queries as members
from services.shared import clock, money
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, toasts
from webapp.web import loyalty_words as words
from webapp.web.forms import Form

PLAIN: dict[str, Any] = {
    "name": "", "threshold": 0, "pays": 1000, "multiplier": 100, "wallet_bonus": 0, "early_days": 0,
    "birthday_template_id": None, "monthly_template_ids": [],
}  # fmt: skip
MOST_TEMPLATES = 200


@blueprint.get("/tiers")
@guards.staff(permissions.POINTS_READ)
def tiers() -> str:
    """The ladder, the lowest level first."""
    return render_template("staff/tiers/list.html", **_beside())


@blueprint.get("/tiers/new")
@guards.staff(permissions.TIERS_CHANGE)
def new_tier() -> str:
    """An empty level."""
    return _editor(None, Form())


@blueprint.post("/tiers/new")
@guards.staff(permissions.TIERS_CHANGE)
def create_tier() -> ResponseReturnValue:
    """Add a level."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        tier = checkout.create_tier(session, data, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」加好了，够得上的会员马上升级", name=tier.name))
        return redirect(url_for("staff.tiers"), 303)

    return forms.submit(TierIn, perform, lambda form: _editor(None, form))


@blueprint.get("/tiers/preview")
@guards.staff(permissions.TIERS_CHANGE)
def preview_tier() -> str:
    """What is typed, as a sentence; what cannot be read yet is left out."""
    typed = {name.removesuffix("[]"): request.args.getlist(name) for name in request.args}
    values = {name: found if name == "monthly_templates" else found[0] for name, found in typed.items()}
    try:
        read = TierIn().load(values, partial=True, unknown="exclude")
    except ValidationError as error:
        read = error.valid_data if isinstance(error.valid_data, dict) else {}
    return render_template("staff/tiers/_says.html", says=_says(SimpleNamespace(**(PLAIN | read))))


@blueprint.get("/tiers/<int:tier_id>")
@guards.staff(permissions.POINTS_READ)
def tier(tier_id: int) -> str:
    """One level: a form for whoever may change it, else what it brings."""
    found = queries.get_tier(edge.read(), tier_id)
    return _editor(found, Form(_stored(found)))


@blueprint.post("/tiers/<int:tier_id>")
@guards.staff(permissions.TIERS_CHANGE)
def change_tier(tier_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, found = clock.now(), queries.get_tier(edge.read(), tier_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        checkout.change_tier(session, tier_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.tier", tier_id=tier_id), 303)

    return forms.submit(TierIn, perform, lambda form: _editor(found, form))


@blueprint.post("/tiers/<int:tier_id>/archive")
@guards.staff(permissions.TIERS_CHANGE)
def archive_tier(tier_id: int) -> ResponseReturnValue:
    """Take a level off the ladder; its members go to the one below and are told."""
    at, name = clock.now(), queries.get_tier(edge.read(), tier_id).name

    def effect(session: Session) -> ResponseReturnValue:
        commands.archive_tier(session, tier_id, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」去掉了", name=name))
        return redirect(url_for("staff.tiers"), 303)

    return edge.write(effect)


def _beside() -> dict[str, Any]:
    """The ladder, which stands beside every level."""
    session = edge.read()
    ladder, counts, names = queries.list_tiers(session), queries.count_members_by_tier(session), _templates()
    return {
        "ladder": [(each, words.benefits_words(each, names), counts.get(each.id, 0)) for each in ladder],
        "below": max(0, members.count_members(session) - sum(counts.values())),
        "basis": words.basis_words(),
        "threshold_words": words.threshold_words,
        "may_change": edge.actor().may(permissions.TIERS_CHANGE),
    }


def _editor(found: Tier | None, form: Form) -> str:
    names = _templates()
    ladder = queries.list_tiers(edge.read())
    shown = found or SimpleNamespace(**PLAIN)
    lower = [each for each in ladder if found and each.threshold < found.threshold]
    return render_template(
        "staff/tiers/page.html",
        show="detail",
        tier=found,
        form=form,
        templates=list(names.items()),
        says=_says(shown) if found else "",
        by_points=words.by_points(),
        lower=lower[-1] if lower else None,
        **_beside(),
    )


def _says(tier: Any) -> str:
    return words.tier_words(tier, _templates())


def _templates() -> dict[int, str]:
    """The coupons that a level may give, by id."""
    return {each.id: each.name for each in coupons.list_templates(edge.read(), limit=MOST_TEMPLATES)}


def _stored(found: Tier) -> dict[str, Any]:
    return {
        "name": found.name,
        "threshold": money.text(found.threshold).removesuffix(".00"),
        "pays": decimal(found.pays, 100) if found.pays < 1000 else "",
        "multiplier": decimal(found.multiplier, 100),
        "wallet_bonus": decimal(found.wallet_bonus, 10) if found.wallet_bonus else "",
        "early_days": found.early_days or "",
        "birthday_template": found.birthday_template_id or "",
        "monthly_templates": [str(each) for each in found.monthly_template_ids],
    }
