"""充值方案: the list, the editor with its live sentence, their order."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout.commands.top_up_plans import change_top_up_plan, create_top_up_plan
from services.coupons.queries import list_templates
from services.shared import clock
from services.shared.refusals import Invalid
from services.stores import queries as stores
from services.wallet import commands, permissions, queries
from services.wallet.models import TopUpPlan
from webapp.staff import blueprint, sorting
from webapp.staff.acts import act
from webapp.staff.wallet.forms import PlanForm
from webapp.staff.wallet.top_ups import coupon_names
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form
from webapp.web.wallet_words import offer_words, plan_words

_PLAIN = ("name", "amount", "bonus", "points", "coupons", "per_member")
_TOLD = ("amount", "bonus", "points", "coupons")
MOST_TEMPLATES = 200


@blueprint.get("/top-up-plans")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def top_up_plans() -> str:
    """The plans in their order; `?state=archived` those put away."""
    return render_template("staff/wallet/plans.html", **_beside())


@blueprint.get("/top-up-plans/new")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def new_plan() -> str:
    """An empty editor."""
    return _editor(None, Form())


@blueprint.post("/top-up-plans/new")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def create_plan() -> ResponseReturnValue:
    """Add a plan."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        create_top_up_plan(session, data, actor=edge.actor(), at=at)
        toasts.say(_("加好了，收银台马上能用"))
        return redirect(url_for("staff.top_up_plans"), 303)

    return forms.submit(PlanForm, perform, lambda form: _editor(None, form))


@blueprint.get("/top-up-plans/sentence")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def plan_sentence() -> str:
    """What the figures in the editor would give, in words; fetched by it while somebody types."""
    return render_template("staff/wallet/_sentence.html", **_told(request.args))


@blueprint.get("/top-up-plans/<int:plan_id>")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def top_up_plan(plan_id: int) -> str:
    """One plan in the editor."""
    plan = queries.get_plan(edge.read(), plan_id)
    stored = {name: getattr(plan, name) for name in _PLAIN} | {"template": plan.template_id}
    return _editor(plan, Form(stored | {"stores": [str(store) for store in plan.stores]}))


@blueprint.post("/top-up-plans/<int:plan_id>")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def change_plan(plan_id: int) -> ResponseReturnValue:
    """Keep what was changed; what members topped up before stays as it was."""
    at, plan = clock.now(), queries.get_plan(edge.read(), plan_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        change_top_up_plan(session, plan_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了"))
        return redirect(url_for("staff.top_up_plans"), 303)

    return forms.submit(PlanForm, perform, lambda form: _editor(plan, form))


@blueprint.post("/top-up-plans/<int:plan_id>/archive")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def archive_plan(plan_id: int) -> ResponseReturnValue:
    """Offer it no longer."""
    return act(
        commands.archive_plan,
        plan_id,
        _("停用了"),
        to=url_for("staff.top_up_plans"),
        undo=url_for("staff.restore_plan", plan_id=plan_id),
    )


@blueprint.post("/top-up-plans/<int:plan_id>/restore")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def restore_plan(plan_id: int) -> ResponseReturnValue:
    """Offer it again."""
    return act(commands.restore_plan, plan_id, _("又能用了"), to=url_for("staff.top_up_plans"))


@blueprint.get("/top-up-plans/sort")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def sort_plans() -> str:
    """The plans, to be put in order."""
    items = [
        {"id": plan.id, "name": plan.name or offer_words(plan.amount, plan.bonus)}
        for plan in queries.list_plans(edge.read())
    ]
    back = url_for("staff.top_up_plans")
    return render_template("staff/products/sort.html", title=_("方案的顺序"), back=back, items=items)


@blueprint.post("/top-up-plans/sort")
@guards.staff(permissions.TOP_UP_PLANS_CHANGE)
def save_order_of_plans() -> ResponseReturnValue:
    """Keep the order."""
    at, ids = clock.now(), sorting.order()

    def effect(session: Session) -> ResponseReturnValue:
        commands.sort_plans(session, ids, actor=edge.actor(), at=at)
        if sorting.by_arrow():
            return redirect(url_for("staff.sort_plans"), 303)
        toasts.say(_("顺序记下了"))
        return redirect(url_for("staff.top_up_plans"), 303)

    return edge.write(effect)


def _beside() -> dict[str, Any]:
    """The list that stands beside every page of a plan."""
    archived = request.args.get("state") == "archived"
    plans = queries.list_plans(edge.read(), archived=archived)
    names = coupon_names(plan.template_id for plan in plans)
    own = stores.list_stores(edge.read(), actor=edge.actor())
    return {
        "archived": archived,
        "plans": [(plan, plan_words(plan, names.get(plan.template_id or 0, ""))) for plan in plans],
        "own_stores": own,
        "store_names": {store.id: store.name for store in own},
    }


def _editor(plan: TopUpPlan | None, form: Form) -> str:
    templates = [(each.id, each.name) for each in list_templates(edge.read(), limit=MOST_TEMPLATES)]
    typed = {name: form.value(name) for name in (*_TOLD, "template")}
    if isinstance(typed["amount"], int):  # stored: fen
        words = plan_words(plan, coupon_names([plan.template_id]).get(plan.template_id or 0, "")) if plan else ""
        told = {"words": words, "tenth": _tenth(plan.amount, plan.bonus) if plan else ""}
    else:
        told = _told(typed)
    return render_template(
        "staff/wallet/plan.html", show="detail", plan=plan, form=form, templates=templates, **told, **_beside()
    )


def _told(typed: Mapping[str, Any]) -> dict[str, str]:
    """The sentence of what was typed so far; empty while it makes no sense."""
    zero = {name: typed.get(name) or "0" for name in _TOLD}
    try:
        data = forms.load(PlanForm, {**zero, "template": typed.get("template") or None})
    except Invalid:
        return {"words": "", "tenth": ""}
    name = coupon_names([data["template_id"]]).get(data["template_id"] or 0, "")
    coupons = data["coupons"] if data["template_id"] else 0
    words = offer_words(data["amount"], data["bonus"], points=data["points"], coupons=coupons, coupon=name)
    return {"words": words, "tenth": _tenth(data["amount"], data["bonus"])}


def _tenth(amount: int, bonus: int) -> str:
    """What a member pays of what they get, in tenths as shops say it: 8.6 折. Empty without a bonus."""
    tenths = (100 * amount + (amount + bonus) // 2) // (amount + bonus)
    return f"{tenths // 10}.{tenths % 10}" if bonus else ""
