"""疫苗计划: the doses that reminders follow. The shop may change them one by one; every change is a version of its own."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.family import commands, queries
from services.family.permissions import VACCINATION_PLANS_CREATE
from services.family.queries import PlanCard
from services.family.schemas import PlanDoseForm
from services.shared import clock
from services.shared.refusals import NotFound
from services.stores.permissions import SETTINGS_READ
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form

Doses = list[dict[str, Any]]


@blueprint.get("/settings/vaccination-plan")
@guards.staff(SETTINGS_READ)
def vaccination_plan() -> str:
    """The plan that holds, and which versions there were."""
    return _page("list")


@blueprint.get("/settings/vaccination-plan/doses/new")
@guards.staff(VACCINATION_PLANS_CREATE)
def new_plan_dose() -> str:
    """An empty dose."""
    return _page("dose", form=Form({"number": "1"}), row=None)


@blueprint.post("/settings/vaccination-plan/doses/new")
@guards.staff(VACCINATION_PLANS_CREATE)
def add_plan_dose() -> ResponseReturnValue:
    """Publish the plan with one dose more."""
    return _submit(lambda doses, dose: [*doses, dose], None)


@blueprint.get("/settings/vaccination-plan/doses/<int:row>")
@guards.staff(VACCINATION_PLANS_CREATE)
def plan_dose(row: int) -> str:
    """One dose, in fields. `row` counts from 0 in the version that holds."""
    dose = asdict(_dose(row))
    words = {f"{name}_{key}": dose[name].get(key, "") for name in ("name", "note") for key in ("zh", "en")}
    return _page("dose", form=Form({**dose, **words}), row=row)


@blueprint.post("/settings/vaccination-plan/doses/<int:row>")
@guards.staff(VACCINATION_PLANS_CREATE)
def change_plan_dose(row: int) -> ResponseReturnValue:
    """Publish the plan with this dose changed."""
    return _submit(lambda doses, dose: [*doses[:row], dose, *doses[row + 1 :]], row)


@blueprint.post("/settings/vaccination-plan/doses/<int:row>/remove")
@guards.staff(VACCINATION_PLANS_CREATE)
def remove_plan_dose(row: int) -> ResponseReturnValue:
    """Publish the plan without this dose."""
    _dose(row)
    return _publish(lambda doses: [*doses[:row], *doses[row + 1 :]])


@blueprint.post("/settings/vaccination-plan/optional")
@guards.staff(VACCINATION_PLANS_CREATE)
def switch_optional_doses() -> ResponseReturnValue:
    """Publish the plan with, or without, what is outside the national programme."""
    return _publish(lambda doses: doses, with_optional=request.form.get("with_optional") == "1")


def _dose(row: int) -> Any:
    doses = queries.get_plan(edge.read()).doses
    if not 0 <= row < len(doses):
        raise NotFound("dose_not_found")
    return doses[row]


def _submit(change: Callable[[Doses, dict[str, Any]], Doses], row: int | None) -> ResponseReturnValue:
    if row is not None:
        _dose(row)
    typed, at = forms.typed(), clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        return _write(session, lambda doses: change(doses, data), at=at, over=typed.get("over", ""))

    return forms.submit(PlanDoseForm, perform, lambda form: _page("dose", form=form, row=row), values=typed)


def _publish(change: Callable[[Doses], Doses], **more: Any) -> ResponseReturnValue:
    at, over = clock.now(), request.form.get("over", "")
    return edge.write(lambda session: _write(session, change, at=at, over=over, **more))


def _write(
    session: Session, change: Callable[[Doses], Doses], *, at: Any, over: str, **more: Any
) -> ResponseReturnValue:
    plan = queries.get_plan(session)
    doses = change([asdict(each) for each in plan.doses])
    told = {"source": plan.source, "with_optional": plan.with_optional, "over": over, "doses": doses} | more
    made = commands.publish_plan(session, told, actor=edge.actor(), at=at)
    toasts.say(_("第 %(version)s 版用上了", version=made.version))
    return redirect(url_for("staff.vaccination_plan"), 303)


def _page(name: str, **values: Any) -> str:
    plan = queries.get_plan(edge.read())
    may_change = edge.actor().may(VACCINATION_PLANS_CREATE)
    versions = queries.list_plans(edge.read())
    return render_template(
        f"staff/vaccinations/{name}.html",
        plan=plan,
        groups=_groups(plan),
        versions=versions,
        may_change=may_change,
        **values,
    )


def _groups(plan: PlanCard) -> list[tuple[int, list[tuple[int, Any]]]]:
    """The doses by the age they are due at, each with its row."""
    found: dict[int, list[tuple[int, Any]]] = {}
    for row, dose in sorted(enumerate(plan.doses), key=lambda each: (each[1].months, each[1].code, _from(each[1]))):
        found.setdefault(dose.months, []).append((row, dose))
    return list(found.items())


def _from(dose: Any) -> date:
    found: date = dose.born_from or date.min
    return found
