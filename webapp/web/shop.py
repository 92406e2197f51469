"""The shop's settings, once per request."""

from flask import g

from services.stores import queries as stores
from services.stores.settings import Settings
from webapp.web import edge


def settings() -> Settings:
    """All settings, loaded once per request."""
    if "shop_settings" not in g:
        g.shop_settings = stores.load_settings(edge.read())
    return g.shop_settings  # type: ignore[no-any-return]


def forget() -> None:
    """The settings changed in this request: load them anew when asked again."""
    g.pop("shop_settings", None)
