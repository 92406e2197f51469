"""What comes in and goes out about products. One schema reads form and JSON."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates, validates_schema

from services.catalog import rules
from services.fields.schemas import ValuesMixin
from services.shared.fields import Complete, Day, Identifier, Money, Optional, Text
from services.shared.words import N_

_KEY = validate.Regexp(r"[a-z0-9_]{1,20}\Z", error=N_("小写字母、数字和下划线，最多 20 位"))


PRICINGS = ("piece", "weight", "open")


class CategoryIn(Schema):
    """A shelf of the catalogue."""

    name = Text(required=True, validate=validate.Length(1, 20, error=N_("最多 20 个字")))
    sort = fields.Integer(load_default=0, validate=validate.Range(-100_000, 100_000))


class CategoryOut(Schema):
    """A shelf as the API shows it."""

    id = Identifier()
    name = fields.String()
    sort = fields.Integer()


class ChoiceIn(Schema):
    """One answer to an option."""

    key = Text(required=True, validate=_KEY)
    name = Text(required=True, validate=validate.Length(1, 20, error=N_("最多 20 个字")))
    price_change = Money(load_default=0, least=-10_000_000)


class OptionIn(Schema):
    """A question the product asks, with its answers. A key that is left out is made from the name."""

    key = Text(required=True, validate=_KEY)
    name = Text(required=True, validate=validate.Length(1, 20, error=N_("最多 20 个字")))
    choices = fields.List(
        Complete(ChoiceIn), required=True, validate=validate.Length(1, 30, error=N_("要有 1 到 30 个选择"))
    )

    @pre_load
    def _keys(self, data: Any, **_kwargs: Any) -> Any:
        return _keyed(data, "choices")

    @validates("choices")
    def _distinct(self, value: list[dict[str, Any]], **_kwargs: Any) -> None:
        _require_distinct(value)


class ProductIn(ValuesMixin):
    """A product as a person or program writes it."""

    name = Text(required=True, validate=validate.Length(1, 40, error=N_("最多 40 个字")))
    category = Identifier(load_default=None, allow_none=True, attribute="category_id")
    pricing = fields.String(load_default="piece", validate=validate.OneOf(PRICINGS, error=N_("请从列表里选")))
    price = Money(required=True)
    member_price = Money(load_default=None, allow_none=True)
    takes_tier = fields.Boolean(load_default=True)
    takes_coupons = fields.Boolean(load_default=True)
    launches_on = Day(load_default=None, allow_none=True)
    description = Text(load_default="", validate=validate.Length(max=300, error=N_("最多 300 个字")))
    sku = Optional(load_default=None, allow_none=True)
    barcode = Optional(load_default=None, allow_none=True)
    picture = Text(load_default="", validate=validate.Length(max=80))
    sort = fields.Integer(load_default=0, validate=validate.Range(-100_000, 100_000))
    options = fields.List(
        Complete(OptionIn), load_default=list, validate=validate.Length(max=6, error=N_("最多 6 种规格"))
    )
    unavailable_at = fields.List(Identifier(), load_default=list)

    @pre_load
    def _keys(self, data: Any, **_kwargs: Any) -> Any:
        return _keyed(_priced(data), "options")

    @validates("options")
    def _distinct(self, value: list[dict[str, Any]], **_kwargs: Any) -> None:
        _require_distinct(value)

    @validates("sku")
    def _sku(self, value: str | None, **_kwargs: Any) -> None:
        if value is not None and not rules.is_sku(value):
            raise ValidationError(N_("字母和数字，最多 32 位"))

    @validates("picture")
    def _picture(self, value: str, **_kwargs: Any) -> None:
        if not rules.is_picture(value):
            raise ValidationError(N_("没有这张图片，请重新选一张"))

    @validates("barcode")
    def _barcode(self, value: str | None, **_kwargs: Any) -> None:
        if value is not None and not rules.is_barcode(value):
            raise ValidationError(N_("条码是 13 位数字，最后一位是校验位，请核对"))

    @validates_schema(skip_on_field_errors=True)
    def _never_negative(self, data: dict[str, Any], **_kwargs: Any) -> None:
        cheapest = sum(
            min(choice["price_change"] for choice in option["choices"]) for option in data.get("options", [])
        )
        if "price" in data and data.get("pricing") != "open" and data["price"] + cheapest < 0:
            raise ValidationError({"options": [N_("最便宜的规格算下来低于 0 元")]})

    @validates_schema(skip_on_field_errors=True)
    def _member_pays_less(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "price" in data and (data.get("member_price") or 0) > data["price"]:
            raise ValidationError({"member_price": [N_("比原价还高")]})


def _priced(data: Any) -> Any:
    """What the cashier prices has no price of its own, nor one for members; an empty member price is none."""
    if not isinstance(data, dict):
        return data
    if data.get("pricing") == "open":
        return data | {"price": "0", "member_price": None}
    return data | {"member_price": None} if data.get("member_price") == "" else data


def _keyed(data: Any, field: str) -> Any:
    """`data` in which every thing of the list `field` has a key; what is no list or no thing is left to the fields."""
    things = data.get(field) if isinstance(data, dict) else None
    if not isinstance(things, list):
        return data
    taken = {thing["key"] for thing in things if isinstance(thing, dict) and isinstance(thing.get("key"), str)}
    return data | {field: list(_with_keys(things, taken))}


def _with_keys(things: Iterable[Any], taken: set[str]) -> Iterable[Any]:
    for thing in things:
        named = isinstance(thing, dict) and isinstance(thing.get("name"), str)
        if not named or thing.get("key"):
            yield thing
        else:
            key = rules.key_of(thing["name"], taken)
            taken.add(key)
            yield thing | {"key": key}


def _require_distinct(things: list[dict[str, Any]]) -> None:
    for name in ("key", "name"):
        values = [thing[name] for thing in things if name in thing]  # a thing with errors of its own comes incomplete
        if len(set(values)) < len(values):
            raise ValidationError(N_("有重复的一项"))


class ChoiceOut(Schema):
    """One answer to an option."""

    key = fields.String()
    name = fields.String()
    price_change = Money()


class OptionOut(Schema):
    """A question the product asks."""

    key = fields.String()
    name = fields.String()
    choices = fields.List(fields.Nested(ChoiceOut))


class ProductOut(Schema):
    """A product as the API shows it; `sold_out_at` and `unavailable_at` list store ids."""

    id = Identifier()
    name = fields.String()
    category = Identifier(attribute="category_id", allow_none=True)
    pricing = fields.String()
    price = Money()
    member_price = Money(allow_none=True)
    takes_tier = fields.Boolean()
    takes_coupons = fields.Boolean()
    launches_on = fields.Date(allow_none=True)
    description = fields.String()
    sku = fields.String(allow_none=True)
    barcode = fields.String(allow_none=True)
    picture = fields.String()
    sort = fields.Integer()
    options = fields.List(fields.Nested(OptionOut))
    sold_out_at = fields.List(Identifier())
    unavailable_at = fields.List(Identifier())
    archived = fields.Boolean()
    values = fields.Dict(keys=fields.String(), data_key="fields", attribute="answers")


class SoldOutIn(Schema):
    """Whether a product is sold out at a store."""

    store = Identifier(required=True, attribute="store_id")
    sold_out = fields.Boolean(required=True)


class SortIn(Schema):
    """Things in the order they shall have."""

    ids = fields.List(Identifier(), required=True, validate=validate.Length(1, 500))
