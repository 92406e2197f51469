"""What the product editor sends, turned into what the catalogue's schema reads.

A form has flat names. `options-0-choices-1-price_change` is the price difference of the second choice of the first option; the
mistake in it comes back as `options.0.choices.1.price_change`, and the page is drawn from the same nested lists, so that words and
fields meet.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import pre_load, validate

from services.catalog.schemas import ProductIn
from services.shared.fields import Text
from services.shared.words import N_

NEW = "new"  # chosen as shelf: its name stands in `new_category`
_ZEROES = {"", "0", "0.00"}


class ProductForm(ProductIn):
    """The product editor. Sort order has a page of its own."""

    class Meta:
        """Without what the editor does not show."""

        exclude = ("sort",)

    new_category = Text(load_default="", validate=validate.Length(max=20, error=N_("最多 20 个字")))

    @pre_load
    def _from_form(self, values: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        switches = {name: name in values for name in ("takes_tier", "takes_coupons")}
        return _shelf(nested(values)) | switches | {"unavailable_at": _not_sold_at(values)}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with the flat names of options and choices as nested lists, in the order of the page.

    Rows in which nobody typed anything are left out, and so is an option whose last word was wiped away.
    """
    plain: dict[str, Any] = {}
    options: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        match name.split("-"):
            case ["options", option, "choices", choice, field]:
                choices = options.setdefault(option, {}).setdefault("choices", {})
                choices.setdefault(choice, {})[field] = value
            case ["options", option, field]:
                options.setdefault(option, {})[field] = value
            case _:
                plain[name] = value
    return plain | {"options": list(_filled_options(options.values()))}


def _filled_options(options: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for option in options:
        choices = [choice for choice in option.get("choices", {}).values() if _is_filled(choice)]
        if choices or option.get("name", "").strip():
            yield _without_blanks(option) | {"choices": [_without_blanks(choice) for choice in choices]}


def _is_filled(choice: Mapping[str, str]) -> bool:
    return bool(choice.get("name", "").strip()) or choice.get("price_change", "").strip() not in _ZEROES


def _without_blanks(row: Mapping[str, Any]) -> dict[str, Any]:
    """A new row has no key yet, and no price difference is zero: what is blank is left to the schema."""
    return {field: value for field, value in row.items() if value != "" or field == "name"}


def _shelf(values: dict[str, Any]) -> dict[str, Any]:
    """The shelf as id or None; `new_category` only when a new one is asked for."""
    chosen = values.get("category")
    if chosen == NEW:
        return values | {"category": None, "new_category": values.get("new_category") or None}
    return values | {"category": chosen or None, "new_category": ""}


def _not_sold_at(values: Mapping[str, Any]) -> list[str]:
    """The page lists the stores it shows; whichever is not chosen does not sell the product."""
    return [store for store in values.get("stores", []) if store not in values.get("sold_at", [])]
