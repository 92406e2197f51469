"""The vaccination plan: ours until the owner publishes another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.family.models import VaccinationPlan
from services.family.rules.vaccinations import Dose

_DAYS = ("born_from", "born_before")
_KNOWN = frozenset(each.name for each in fields(Dose))


@dataclass(frozen=True)
class PlanCard:
    """One version of the plan. `published_at` is None for our own (nip.json)."""

    version: str
    source: str
    doses: tuple[Dose, ...]
    with_optional: bool = False
    published_at: datetime | None = None
    published_by: int | None = None


def get_plan(session: Session) -> PlanCard:
    """The plan that holds now."""
    row = session.scalars(select(VaccinationPlan).order_by(VaccinationPlan.id.desc()).limit(1)).first()
    return _ours() if row is None else _card(row)


def list_plans(session: Session) -> list[PlanCard]:
    """Every version, the newest first; ours, which came before them, last."""
    rows = session.scalars(select(VaccinationPlan).order_by(VaccinationPlan.id.desc()))
    return [*(_card(row) for row in rows), _ours()]


def plan_words(words: Mapping[str, str], language: str) -> str:
    """A name or note of the plan in this language; Chinese where there is no other."""
    return words.get("en" if language.startswith("en") else "zh") or words.get("zh", "")


@cache
def _ours() -> PlanCard:
    told = json.loads((Path(__file__).parent.parent / "nip.json").read_text())
    return PlanCard(told["version"], told["source"], tuple(_dose(each) for each in told["doses"]))


def _card(row: VaccinationPlan) -> PlanCard:
    doses = tuple(_dose(each) for each in row.doses)
    return PlanCard(row.version, row.source, doses, row.with_optional, row.published_at, row.published_by)


def _dose(told: Mapping[str, Any]) -> Dose:
    values = {name: value for name, value in told.items() if name in _KNOWN}
    return Dose(**values | {name: date.fromisoformat(told[name]) for name in _DAYS if told.get(name)})
