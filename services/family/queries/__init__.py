"""Reading families and the plan."""

from services.family.queries.families import (
    ChildCard,
    FamilyCard,
    PregnancyCard,
    find_coming,
    get_child,
    get_pregnancy,
    habits_of,
    list_to_ask,
    load_families,
    load_family,
)
from services.family.queries.plans import PlanCard, get_plan, list_plans, plan_words

__all__ = [
    "ChildCard",
    "FamilyCard",
    "PlanCard",
    "PregnancyCard",
    "find_coming",
    "get_child",
    "get_plan",
    "get_pregnancy",
    "habits_of",
    "list_plans",
    "list_to_ask",
    "load_families",
    "load_family",
    "plan_words",
]
