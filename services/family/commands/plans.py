"""The owner's vaccination plan: published once, never changed; an earlier one can always be read again."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.errors import PlanChanged
from services.family.models import VaccinationPlan
from services.family.permissions import VACCINATION_PLANS_CREATE
from services.family.queries.plans import get_plan
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_


def publish_plan(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> VaccinationPlan:
    """The next version, as `VaccinationPlanIn` read it. Raises PlanChanged, and Invalid where doses do not fit."""
    actor.require(VACCINATION_PLANS_CREATE)
    now = get_plan(session)
    if data["over"] and data["over"] != now.version:
        raise PlanChanged
    _require_whole(data["doses"])
    used = session.scalar(select(func.count(VaccinationPlan.id))) or 0
    plan = VaccinationPlan(
        version=str(used + 2), source=data["source"], doses=[_plain(each) for each in data["doses"]],
        with_optional=data["with_optional"], published_by=actor.id if actor.kind == "staff" else None, published_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(plan)
            session.flush()
    except IntegrityError:  # somebody else was faster
        raise PlanChanged from None
    changes = {"version": [now.version, plan.version], "doses": [len(now.doses), len(plan.doses)]}
    audit.record(
        session, "vaccination_plans:create", ("vaccination_plan", plan.id), actor=actor, at=at, changes=changes
    )
    return plan


def _require_whole(doses: list[Mapping[str, Any]]) -> None:
    """A dose follows one that there is; of one code only one is for any child."""
    codes = {each["code"] for each in doses}
    if any(each["after"] and each["after"] not in codes - {each["code"]} for each in doses):
        raise Invalid({"doses": [N_("「接在哪一剂后面」要写计划里有的代码")]})
    for code in codes:
        spans = sorted(
            (each["born_from"] or date.min, each["born_before"] or date.max) for each in doses if each["code"] == code
        )
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise Invalid({"doses": [N_("同一个代码有两行管到同一天出生的孩子：%(code)s")]}, code=code)


def _plain(dose: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in dose.items()}
