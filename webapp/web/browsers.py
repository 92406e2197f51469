"""A short name for a browser, as people know it: 「iPhone · Safari」. Never used to decide what works."""

import re

from flask import Flask
from flask_babel import gettext

from services.shared.words import N_

# The first that matches names it: Edge and WeChat call themselves Chrome too, Chrome calls itself Safari.
_DEVICES = (
    ("iPad", "iPad"),
    ("iPhone|iPod", "iPhone"),
    ("HarmonyOS|OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Macintosh", "Mac"),
    ("Windows", "Windows"),
    ("Linux|X11", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", N_("微信")),
    ("EdgA?/", "Edge"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox/|FxiOS", "Firefox"),
    ("Chrome/|CriOS", "Chrome"),
    ("Safari/", "Safari"),
)


def init_app(app: Flask) -> None:
    """Let templates say it: `session.browser|browser_name`."""
    app.jinja_env.filters.update(browser_name=browser_name, is_phone=is_phone)


def browser_name(agent: str) -> str:
    """Device and browser of a User-Agent, or its first word where neither is known (a program)."""
    found = [_first(table, agent) for table in (_DEVICES, _BROWSERS)]
    return " · ".join(gettext(name) for name in found if name) or agent.split("/", 1)[0][:24]


def is_phone(agent: str) -> bool:
    """Whether it is carried in a hand."""
    return re.search("iPad|iPhone|iPod|Android|Harmony", agent) is not None


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, agent)), "")
