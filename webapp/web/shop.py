"""The shop's settings, once per request."""

from flask import g

from services.shared.refusals import NotFound
from services.stores import queries as stores
from services.stores.models import Store
from services.stores.settings import Settings
from webapp.web import edge, people


def settings() -> Settings:
    """All settings, loaded once per request."""
    if "shop_settings" not in g:
        g.shop_settings = stores.load_settings(edge.read())
    return g.shop_settings  # type: ignore[no-any-return]


def forget() -> None:
    """The settings changed in this request: load them anew when asked again."""
    g.pop("shop_settings", None)


def current_store() -> Store:
    """The store this person works in now, else the first one they see. Raises NotFound when they see none."""
    if "current_store" not in g:
        person, seen = people.person(), stores.list_stores(edge.read(), actor=people.actor())
        if not seen:
            raise NotFound("store_not_found")
        g.current_store = next((store for store in seen if person and store.id == person.store_id), seen[0])
    return g.current_store  # type: ignore[no-any-return]
