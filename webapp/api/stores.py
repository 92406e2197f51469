"""/stores and /settings."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.approvals.commands import change_settings as change_settings_of_shop
from services.shared import clock
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores import commands, permissions, queries
from services.stores.schemas import StoreIn, StoreOut
from services.stores.setting import Setting
from services.stores.settings import BY_NAME, SETTINGS, Settings
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_stores", __name__, description="门店与设置 Stores and settings")


class StoreChange(StoreIn):
    """What may change of a store, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


class SettingOut(Schema):
    """A setting: what it is, what it is set to, what it would be otherwise."""

    name = fields.String()
    kind = fields.String()
    group = fields.String()
    value = fields.Raw(allow_none=True)
    default = fields.Raw(allow_none=True)


SettingsIn = Schema.from_dict({setting.name: fields.Raw() for setting in SETTINGS}, name="SettingsIn")


@blueprint.get("/stores")
@blueprint.listing(StoreOut, paged=False)
@guards.api(permissions.STORES_READ)
def list_stores() -> Response:
    """The stores this caller works in."""
    stores = queries.list_stores(edge.read(), actor=edge.actor())
    return edge.json_answer({"items": StoreOut(many=True).dump(stores), "next": None})


@blueprint.post("/stores")
@blueprint.response(201, StoreOut)
@blueprint.takes(StoreIn)
@guards.api(permissions.STORES_CREATE)
def create_store() -> Response:
    """Open a store."""
    data, at = shape.body(StoreIn), clock.now()
    return edge.write(
        lambda session: shape.one(StoreOut, commands.create_store(session, data, actor=edge.actor(), at=at), 201)
    )


@blueprint.get("/stores/<int:store_id>")
@blueprint.response(200, StoreOut)
@guards.api(permissions.STORES_READ)
def get_store(store_id: int) -> Response:
    """One store."""
    return shape.one(StoreOut, queries.get_store(edge.read(), store_id, actor=edge.actor()))


@blueprint.patch("/stores/<int:store_id>")
@blueprint.response(200, StoreOut)
@blueprint.takes(StoreChange, partial=True)
@guards.api(permissions.STORES_CHANGE)
def change_store(store_id: int) -> Response:
    """Change some fields of a store; `archived` closes it or opens it again."""
    archived, at, actor = forms.sent_object().get("archived"), clock.now(), edge.actor()
    data = shape.body(StoreIn, partial=True)
    if archived is not None and not isinstance(archived, bool):
        raise Invalid({"archived": [N_("请选是或否")]})

    def effect(session: Session) -> Response:
        store = commands.change_store(session, store_id, data, actor=actor, at=at)
        if archived is not None:
            set_archived = commands.archive_store if archived else commands.restore_store
            store = set_archived(session, store_id, actor=actor, at=at)
        return shape.one(StoreOut, store)

    return edge.write(effect)


@blueprint.get("/settings")
@blueprint.listing(SettingOut, paged=False)
@guards.api(permissions.SETTINGS_READ)
def list_settings() -> Response:
    """Every setting with its type, value and default."""
    values = queries.load_settings(edge.read())
    return edge.json_answer({"items": [_shown(setting, values) for setting in SETTINGS], "next": None})


@blueprint.get("/settings/<name>")
@blueprint.response(200, SettingOut)
@guards.api(permissions.SETTINGS_READ)
def get_setting(name: str) -> Response:
    """One setting."""
    if name not in BY_NAME:
        raise NotFound("setting_not_found")
    return edge.json_answer(_shown(BY_NAME[name], queries.load_settings(edge.read())))


@blueprint.patch("/settings")
@blueprint.response(200, SettingsIn)
@blueprint.takes(SettingsIn)
@guards.api(permissions.SETTINGS_CHANGE)
def change_settings() -> Response:
    """Change some settings by name: `{"points.step": "10.00"}`."""
    typed, at = forms.sent_object(), clock.now()

    def effect(session: Any) -> Response:
        change_settings_of_shop(session, typed, actor=edge.actor(), at=at)
        return edge.json_answer({name: typed[name] for name in typed})

    return edge.write(effect)


def _shown(setting: Setting, values: Settings) -> dict[str, Any]:
    show = setting.show
    return {
        "name": setting.name,
        "kind": setting.kind,
        "group": setting.group,
        "value": show(values[setting.name]),
        "default": show(setting.default),
    }
