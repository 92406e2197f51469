"""积分规则: what a purchase earns, in words and numbers: the base rule (a setting), and what multiplies it."""

from types import SimpleNamespace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from services.catalog import queries as catalog
from services.loyalty import commands, permissions, queries
from services.loyalty.models import EarningRule
from services.loyalty.schemas import EarningRuleIn, decimal
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web import loyalty_words as words
from webapp.web.forms import Form

LISTS = ("products", "categories", "tiers", "weekdays")
PLAIN: dict[str, Any] = {
    "name": "", "multiplier": 200, "products": [], "categories": [], "tiers": [], "weekdays": [], "starts_on": None,
    "ends_on": None, "birthday": "",
}  # fmt: skip


@blueprint.get("/earning-rules")
@guards.staff(permissions.POINTS_READ)
def earning_rules() -> str:
    """The base rule, and every rule that multiplies it."""
    return render_template("staff/earning_rules/list.html", **_beside())


@blueprint.get("/earning-rules/new")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def new_earning_rule() -> str:
    """An empty rule: double points."""
    return _editor(None, Form({"multiplier": "2"}))


@blueprint.post("/earning-rules/new")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def create_earning_rule() -> ResponseReturnValue:
    """Add a rule."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        rule = commands.create_rule(session, data, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」开始算了", name=rule.name))
        return redirect(url_for("staff.earning_rules"), 303)

    return forms.submit(EarningRuleIn, perform, lambda form: _editor(None, form))


@blueprint.get("/earning-rules/preview")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def preview_earning_rule() -> str:
    """What is typed, as a sentence with an example; what cannot be read yet is left out."""
    typed = {name.removesuffix("[]"): request.args.getlist(name) for name in request.args}
    values = {name: found if name in LISTS else found[0] for name, found in typed.items()}
    try:
        read = EarningRuleIn().load(values, partial=True, unknown="exclude")
    except ValidationError as error:
        read = error.valid_data if isinstance(error.valid_data, dict) else {}
    return render_template("staff/earning_rules/_says.html", says=_says(SimpleNamespace(**(PLAIN | read))))


@blueprint.get("/earning-rules/<int:rule_id>")
@guards.staff(permissions.POINTS_READ)
def earning_rule(rule_id: int) -> str:
    """One rule: a form for whoever may change it, else its sentence."""
    rule = queries.get_rule(edge.read(), rule_id)
    return _editor(rule, Form(_stored(rule)))


@blueprint.post("/earning-rules/<int:rule_id>")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def change_earning_rule(rule_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, rule = clock.now(), queries.get_rule(edge.read(), rule_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.change_rule(session, rule_id, data, actor=edge.actor(), at=at)
        toasts.say(_("改好了，下一单就按新的算"))
        return redirect(url_for("staff.earning_rule", rule_id=rule_id), 303)

    return forms.submit(EarningRuleIn, perform, lambda form: _editor(rule, form))


@blueprint.post("/earning-rules/<int:rule_id>/archive")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def archive_earning_rule(rule_id: int) -> ResponseReturnValue:
    """Stop a rule; what it has earned stays."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        rule = commands.archive_rule(session, rule_id, actor=edge.actor(), at=at)
        undo = url_for("staff.restore_earning_rule", rule_id=rule_id)
        toasts.say(_("「%(name)s」停用了", name=rule.name), undo=undo)
        return redirect(url_for("staff.earning_rules"), 303)

    return edge.write(effect)


@blueprint.post("/earning-rules/<int:rule_id>/restore")
@guards.staff(permissions.EARNING_RULES_CHANGE)
def restore_earning_rule(rule_id: int) -> ResponseReturnValue:
    """Let a rule count again."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        rule = commands.restore_rule(session, rule_id, actor=edge.actor(), at=at)
        toasts.say(_("「%(name)s」开始算了", name=rule.name))
        return redirect(url_for("staff.earning_rule", rule_id=rule_id), 303)

    return edge.write(effect)


def _beside() -> dict[str, Any]:
    """The rules, which stand beside every one of them."""
    session = edge.read()
    return {
        "rules": [(each, _says(each)) for each in queries.list_rules(session)],
        "stopped": [(each, _says(each)) for each in queries.list_rules(session, archived=True)],
        "rule_settings": shop.settings(),
        "may_change": edge.actor().may(permissions.EARNING_RULES_CHANGE),
    }


def _editor(rule: EarningRule | None, form: Form) -> str:
    session = edge.read()
    shelves = {shelf.id: shelf.name for shelf in catalog.list_categories(session)}
    products = catalog.list_products(session)
    grouped = {
        name: [(str(each.id), each.name) for each in products if each.category_id == shelf]
        for shelf, name in [*shelves.items(), (None, _("没有分类"))]
    }
    return render_template(
        "staff/earning_rules/page.html",
        show="detail",
        rule=rule,
        form=form,
        shelves=[(str(shelf), name) for shelf, name in shelves.items()],
        products={name: found for name, found in grouped.items() if found},
        tiers=[(str(step.id), step.name) for step in queries.list_ladder(session)],
        weekdays=[(str(day), _(name)) for day, name in enumerate(words.WEEKDAYS)],
        birthdays=[(key, _(name)) for key, name in words.BIRTHDAYS.items()],
        says=_says(rule or SimpleNamespace(**PLAIN)),
        **_beside(),
    )


def _says(rule: Any) -> tuple[str, str]:
    """The sentence and the example."""
    session = edge.read()
    products = catalog.list_products(session)
    sentence = words.rule_words(
        rule,
        {each.id: each.name for each in products},
        {shelf.id: shelf.name for shelf in catalog.list_categories(session)},
        {step.id: step.name for step in queries.list_ladder(session)},
    )
    things = [words.Thing(each.id, each.name, each.price, each.category_id) for each in products]
    return sentence, words.example_words(rule, things)


def _stored(rule: EarningRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "multiplier": decimal(rule.multiplier, 100),
        **{name: [str(each) for each in getattr(rule, name)] for name in LISTS},
        "starts_on": rule.starts_on.isoformat() if rule.starts_on else "",
        "ends_on": rule.ends_on.isoformat() if rule.ends_on else "",
        "birthday": rule.birthday,
    }
