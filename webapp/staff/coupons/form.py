"""What the template editor sends, turned into what the domain's schema reads, and a stored template turned into its fields.

A form has flat names and speaks as people do: 折 instead of per mille, "用不用时段" as two times, one choice of how it combines.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import pre_load

from services.coupons.models import CouponTemplate
from services.coupons.rules import GROUPS, MINUTES, Kind
from services.coupons.schemas import TemplateIn
from services.shared import money
from webapp.web import forms

SWITCHES = ("with_tier", "with_points", "transferable", "claimable", "welcome")
PLAIN = (
    "name", "kind", "value", "cap", "threshold", "stack_group", "starts_on", "ends_on", "valid_days", "starts_after",
    "stock", "per_member", "per_day", "public_code", "how_to", "undo_minutes", "cost",
)  # fmt: skip
LISTS = ("products", "categories", "stores", "tiers", "weekdays", "channels")
NAMES = (*PLAIN, *SWITCHES, *LISTS, "zhe", "from", "to", "validity", "together", "friends")
_VALIDITY = {"days": {"starts_on", "ends_on"}, "dates": {"valid_days", "starts_after"}}


class TemplateForm(TemplateIn):
    """The template editor."""

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        unused = _VALIDITY.get(str(values.get("validity")), _VALIDITY["days"] | _VALIDITY["dates"])
        told = {name: values[name] for name in PLAIN if str(values.get(name, "")).strip() and name not in unused}
        return {
            **told,
            **{name: bool(values.get(name)) for name in SWITCHES},
            **_discount(values),
            **_together(values),
            "scope": _scope(values),
        }


def asked() -> dict[str, Any]:
    """The editor's fields as they stand in an address (the live example asks with GET)."""
    return {
        name.removesuffix("[]"): request.args.getlist(name) if name.endswith("[]") else request.args[name]
        for name in request.args
    }


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the schema makes of the editor's fields. Raises Invalid."""
    return forms.load(TemplateForm, values)


def fields_of(template: CouponTemplate) -> dict[str, Any]:
    """A stored template as the editor shows it."""
    scope = template.scope
    together = "alone" if template.exclusive else "all" if template.combines_with is None else "some"
    validity = "days" if template.valid_days else "dates" if template.starts_on or template.ends_on else "always"
    from_minute, to_minute = scope.get("from_minute", 0), scope.get("to_minute", MINUTES)
    whole_day = (from_minute, to_minute) == (0, MINUTES)
    return {
        **{name: getattr(template, name) for name in (*PLAIN, *SWITCHES)},
        **{name: [str(each) for each in scope.get(name, ())] for name in LISTS},
        "value": money.text(template.value) if template.value else "",
        "threshold": money.text(template.threshold) if template.threshold else "",
        "zhe": f"{template.pays / 100:g}" if template.kind == Kind.PERCENTAGE else "",
        "from": "" if whole_day else _clock(from_minute),
        "to": "" if whole_day else _clock(to_minute),
        "validity": validity,
        "together": together,
        "friends": list(template.combines_with or ()),
    }


def fresh() -> dict[str, Any]:
    """What stands in an empty editor."""
    return {
        "kind": Kind.THRESHOLD_OFF.value,
        "validity": "days",
        "valid_days": 30,
        "starts_after": "",
        "together": "all",
        "undo_minutes": 30,
        "per_member": 1,
        "with_tier": True,
        "with_points": True,
        **{name: [] for name in (*LISTS, "friends")},
    }


def groups(known: list[str]) -> list[str]:
    """The stack groups to choose from: one for each kind, and the shop's own."""
    return [*GROUPS.values(), *(group for group in known if group not in GROUPS.values())]


def _discount(values: Mapping[str, Any]) -> dict[str, Any]:
    """`zhe` is 8 or 8.5: 折. What is no number stays as it is, so that the field says so."""
    typed = str(values.get("zhe", "")).strip()
    if not typed:
        return {}
    whole, _, tenths = typed.partition(".")
    digits = whole + tenths.ljust(2, "0")
    plain = digits.isascii() and digits.isdigit() and len(tenths) <= 2 and len(whole) <= 2
    return {"pays": int(digits) if plain and int(digits) <= 1000 else typed}


def _together(values: Mapping[str, Any]) -> dict[str, Any]:
    way = values.get("together")
    friends = [str(each) for each in values.get("friends", [])]
    return {"exclusive": way == "alone", "combines_with": friends if way == "some" else None}


def _scope(values: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: values.get(name, []) for name in LISTS}
    return lists | {name: values[name] for name in ("from", "to") if str(values.get(name, "")).strip()}


def _clock(minute: int) -> str:
    """As an `<input type=time>` holds it; the end of the day is its last minute."""
    shown = min(minute, MINUTES - 1)
    return f"{shown // 60:02d}:{shown % 60:02d}"
