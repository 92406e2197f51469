"""What every template may say: money, the signed-in person, the shop, links of navigation."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Flask
from flask_babel import gettext

from services.catalog.queries import Option
from services.shared import money
from webapp.web import people, shop


def init_app(app: Flask) -> None:
    """Register filters and globals."""
    app.jinja_env.filters.update(
        money=money_words, flat_money=flat_money, as_options=as_options, owners_words=owners_words
    )
    app.jinja_env.globals.update(person=people.person, setting=_setting)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def money_words(fen: int) -> str:
    """`128.00`, minus as `−`; the class `.money` prints the sign ¥ before it."""
    return money.text(fen).replace("-", "−")


def flat_money(fen: int) -> str:
    """`¥128.00` for use inside sentences."""
    return f"{'−' if fen < 0 else ''}¥{money.text(abs(fen))}"


def owners_words(text: str) -> str:
    """A text of ours that the owner may have rewritten: translated while it is ours, and escaped like everything that is typed.

    `_(…)` in a template would take it for markup, and its `%` for a place to fill.
    """
    return str(gettext(text)) if text else ""


def _setting(name: str) -> object:
    return shop.settings()[name]


def as_options(options: Iterable[Option]) -> list[dict[str, Any]]:
    """A product's questions as the counter's script reads them; prices in fen."""
    return [asdict(option) for option in options]
