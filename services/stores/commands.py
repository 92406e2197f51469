"""Changing stores and settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores import permissions
from services.stores.models import SettingValue, Store
from services.stores.queries import get_store, load_settings
from services.stores.settings import BY_NAME, SETTINGS


def create_store(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Store:
    """Open a store. Raises Invalid when its code is taken."""
    actor.require(permissions.STORES_CREATE)
    _require_free_code(session, data["code"])
    store = Store(**data, created_at=at)
    session.add(store)
    session.flush()
    audit.record(
        session,
        "stores:create",
        ("store", store.id),
        actor=actor,
        at=at,
        store_id=store.id,
        changes={"code": store.code},
    )
    return store


def change_store(session: Session, store_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Store:
    """Change what is known of a store. Raises NotFound, or Invalid: the code opens its order numbers and never changes."""
    actor.require(permissions.STORES_CHANGE, store_id)
    store = get_store(session, store_id, actor=actor)
    if data.get("code", store.code) != store.code:
        raise Invalid({"code": [N_("订单号用它开头，开店以后不能改")]})
    changes = {key: [getattr(store, key), value] for key, value in data.items() if getattr(store, key) != value}
    for key, value in data.items():
        setattr(store, key, value)
    audit.record(session, "stores:change", ("store", store.id), actor=actor, at=at, store_id=store.id, changes=changes)
    return store


def archive_store(session: Session, store_id: int, *, actor: Actor, at: datetime) -> Store:
    """Close a store for good: it keeps its orders and disappears from choices. Refuses to close the last one."""
    actor.require(permissions.STORES_CHANGE, store_id)
    store = get_store(session, store_id, actor=actor)
    # All open ones are locked, so that the last two cannot be closed at the same moment.
    open_now = session.scalars(select(Store.id).where(Store.archived_at.is_(None)).order_by(Store.id).with_for_update())
    if not set(open_now) - {store.id}:
        raise Invalid(code="last_store", text=N_("至少要留一家门店"))
    store.archived_at = at
    audit.record(session, "stores:archive", ("store", store.id), actor=actor, at=at, store_id=store.id)
    return store


def restore_store(session: Session, store_id: int, *, actor: Actor, at: datetime) -> Store:
    """Open a closed store again, with everything it had."""
    actor.require(permissions.STORES_CHANGE, store_id)
    store = get_store(session, store_id, actor=actor)
    store.archived_at = None
    audit.record(session, "stores:restore", ("store", store.id), actor=actor, at=at, store_id=store.id)
    return store


def sort_stores(session: Session, ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Put the stores into the order of `ids`."""
    actor.require(permissions.STORES_CREATE)
    for place, store_id in enumerate(ids, 1):
        get_store(session, store_id, actor=actor).sort = place
    audit.record(session, "stores:sort", ("store", None), actor=actor, at=at, changes={"order": list(ids)})


def change_settings(session: Session, typed: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Change some settings by name. Raises Invalid with the words beside each name that is unknown or badly typed."""
    actor.require(permissions.SETTINGS_CHANGE)
    values = _read_all(typed)
    before = load_settings(session)
    changes = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    stored = {row.name: row for row in session.scalars(select(SettingValue).where(SettingValue.name.in_(changes)))}
    for name, (_, value) in changes.items():
        if name in stored:
            stored[name].value, stored[name].changed_at = value, at
        else:
            session.add(SettingValue(name=name, value=value, changed_at=at))
    session.flush()  # what reads the settings next in this transaction reads past the session
    session.info.pop("kept", None)  # and not what a sale kept in it
    audit.record(session, "settings:change", ("settings", None), actor=actor, at=at, changes=changes)


def _read_all(typed: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors = {name: [N_("没有这个设置")] for name in typed if name not in BY_NAME}
    for setting in SETTINGS:
        if setting.name not in typed:
            continue
        try:
            values[setting.name] = setting.read(typed[setting.name])
        except ValueError as error:
            errors[setting.name] = [str(error)]
    if errors:
        raise Invalid(errors)
    return values


def _require_free_code(session: Session, code: str) -> None:
    if session.scalar(select(Store.id).where(Store.code == code)) is not None:
        raise Invalid({"code": [N_("这个编号已经有门店用了")]})
