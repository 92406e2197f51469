"""What comes in about staff."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from services.shared.fields import Identifier, Moment, Text
from services.shared.words import N_

PASSWORD = validate.Length(8, 128, error=N_("密码 8 到 128 位"))
USERNAME = validate.Regexp(r"[a-z0-9][a-z0-9._-]{1,31}\Z", error=N_("小写字母和数字，2 到 32 位"))


class OwnerIn(Schema):
    """The first account of a shop."""

    username = Text(required=True, validate=USERNAME)
    name = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    password = Text(required=True, validate=PASSWORD)


class StaffChangeIn(Schema):
    """What may change of someone who works here. `stores` empty with `all_stores` off: no store, which is refused."""

    name = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    role = Text(required=True)
    all_stores = fields.Boolean(load_default=False)
    stores = fields.List(Identifier(), load_default=list)

    @post_load
    def _every_store(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        everywhere = data.pop("all_stores")
        return data | {"stores": None if everywhere else data["stores"]}

    @validates_schema(skip_on_field_errors=True)
    def _somewhere(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if not data["all_stores"] and not data["stores"]:
            raise ValidationError({"stores": [N_("至少选一家门店")]})


class StaffIn(StaffChangeIn):
    """Someone new who works here."""

    username = Text(required=True, validate=USERNAME)
    password = Text(required=True, validate=PASSWORD)


class RoleIn(Schema):
    """A role: what it is called, and what whoever holds it may do."""

    name = Text(required=True, validate=validate.Length(1, 12, error=N_("最多 12 个字")))
    permissions = fields.List(
        fields.String(validate=validate.Length(max=40)), load_default=list, validate=validate.Length(max=200)
    )


class RoleChange(RoleIn):
    """What may change of a role."""


class RoleOut(Schema):
    """A role; `people` is how many hold it. The owner's permissions are `all`, and stay so."""

    id = Identifier()
    name = fields.String()
    permissions = fields.List(fields.String())
    people = fields.Integer()


class StaffPatch(Schema):
    """What a program may change of someone who works here: what is not named stays. `disabled` signs them out for good."""

    name = Text(validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    role = Text()
    all_stores = fields.Boolean()
    stores = fields.List(Identifier(), validate=validate.Length(min=1, error=N_("至少选一家门店")))
    disabled = fields.Boolean()


class StaffOut(Schema):
    """Someone who works here. `stores` is null where every store is open to them."""

    id = Identifier()
    username = fields.String()
    name = fields.String()
    role = fields.String()
    stores = fields.List(Identifier(), allow_none=True)
    disabled = fields.Boolean()


class TokenIn(Schema):
    """A program: what it is called, what it may (permissions, or `all`), and where. Without stores and `all_stores` it is refused."""

    name = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    scopes = fields.List(
        fields.String(validate=validate.Length(max=40)),
        load_default=list,
        validate=validate.Length(1, 200, error=N_("至少勾一项")),
    )
    all_stores = fields.Boolean(load_default=False)
    stores = fields.List(Identifier(), load_default=list)

    @validates_schema(skip_on_field_errors=True)
    def _somewhere(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if not data["scopes"]:
            raise ValidationError({"scopes": [N_("至少勾一项")]})
        if not data["all_stores"] and not data["stores"]:
            raise ValidationError({"stores": [N_("至少选一家门店")]})


class TokenOut(Schema):
    """A token, without what it is. `stores` is null where every store is open to it."""

    id = Identifier()
    name = fields.String()
    scopes = fields.List(fields.String())
    stores = fields.List(Identifier(), allow_none=True)
    made_by = Identifier(allow_none=True)
    created_at = Moment()
    last_used_at = Moment(allow_none=True)
    revoked_at = Moment(allow_none=True)


class NewTokenOut(TokenOut):
    """A token that was just made, with what it is: told this once."""

    token = fields.String()


class NewPasswordIn(Schema):
    """A new password."""

    password = Text(required=True, validate=PASSWORD)


class OwnPasswordIn(NewPasswordIn):
    """One's own new password, with the present one."""

    present = Text(required=True, validate=validate.Length(max=256))


class SetUpIn(Schema):
    """What turns an empty database into a shop: its name, first store, owner, colour."""

    shop = Text(required=True, validate=validate.Length(1, 24))
    industry = Text(required=True, validate=validate.OneOf(("dessert", "baby", "both"), error=N_("请从列表里选")))
    store = Text(load_default="", validate=validate.Length(max=24, error=N_("最多 24 个字")))
    username = Text(required=True, validate=USERNAME)
    owner_name = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    password = Text(required=True, validate=PASSWORD)
    colour = Text(
        load_default="#952847", validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error=N_("请填颜色，例如 #952847"))
    )

    @pre_load
    def _choose(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """`own` takes the colour from its own field."""
        chosen = data.get("colour")
        colour = {"colour": data.get("own_colour", "")} if chosen == "own" else {}
        return {**data, **colour}

    @staticmethod
    def parts(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The loaded data as `set_up_shop` takes it. The first store is called like the shop unless it has a name."""
        return {
            "settings": {"shop.name": data["shop"], "shop.industry": data["industry"], "look.colour": data["colour"]},
            "store": {"code": "A1", "name": data["store"] or data["shop"]},
            "owner": {"username": data["username"], "name": data["owner_name"], "password": data["password"]},
        }
