"""Looking up stores and settings."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores.models import SettingValue, Store
from services.stores.settings import SETTINGS, Settings

_settings: Any = SettingValue.__table__
_SETTINGS = select(_settings.c.name, _settings.c.value)  # built once: nearly every request asks


def load_settings(session: Session) -> Settings:
    """All settings, in one query; in a session that only reads, once."""
    kept = session.info.get("kept")
    if kept is not None and "settings" in kept:
        return kept["settings"]  # type: ignore[no-any-return]
    session.flush()
    settings = Settings({row.name: row.value for row in session.connection().execute(_SETTINGS)})
    if kept is not None:
        kept["settings"] = settings
    return settings


def keep_settings(session: Session, settings: Settings) -> None:
    """Let what is still asked in this session go by settings that were read a moment ago: a sale goes by one state of the shop."""
    session.info["kept"] = {"settings": settings}


def list_stores(session: Session, *, actor: Actor, archived: bool = False) -> list[Store]:
    """The stores this actor works in, in the shop's order."""
    query = select(Store).order_by(Store.sort, Store.id)
    if not archived:
        query = query.where(Store.archived_at.is_(None))
    if actor.stores is not None:
        query = query.where(Store.id.in_(actor.stores))
    return list(session.scalars(query))


def list_open_stores(session: Session) -> list[Store]:
    """Every store that is open for business, for members."""
    return list(session.scalars(select(Store).where(Store.archived_at.is_(None)).order_by(Store.sort, Store.id)))


def get_store(session: Session, store_id: int, *, actor: Actor) -> Store:
    """One store. Raises NotFound also for a store the actor does not work in."""
    store = session.get(Store, store_id)
    if store is None or not actor.sees_store(store.id):
        raise NotFound("store_not_found")
    return store


def get_named_store(session: Session, store_id: int, *, actor: Actor) -> Store:
    """A store that somebody named in what they sent: one they work in. Raises Invalid beside `store`."""
    store = session.get(Store, store_id)
    if store is None or not actor.sees_store(store.id):
        raise Invalid({"store": [N_("没有这家门店")]})
    return store


def get_open_store(session: Session, store_id: int, *, actor: Actor) -> Store:
    """The same, open for business. Raises Invalid beside `store`."""
    store = get_named_store(session, store_id, actor=actor)
    if store.archived_at is not None:
        raise Invalid({"store": [N_("这家门店已经关了")]})
    return store


def list_pictures(session: Session) -> list[str]:
    """The uploaded pictures that settings name."""
    names = [setting.name for setting in SETTINGS if setting.kind == "picture"]
    return list(session.scalars(select(SettingValue.value).where(SettingValue.name.in_(names))))


def is_set_up(session: Session) -> bool:
    """Whether the shop has a store, so that people can sign in."""
    return session.scalar(select(Store.id).limit(1)) is not None
