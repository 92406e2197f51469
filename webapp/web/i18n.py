"""Languages: Chinese is the source text and the default, English is complete. Dates and money in the shop's manner."""

import os
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import Babel, format_date, get_locale, gettext

from services.shared import clock
from services.shared.refusals import Refusal
from webapp.web import people, shop

LANGUAGES = {"zh": "简体中文", "en": "English"}
COOKIE = "ck_language"
_NOON = time(12)
CATALOGUES = Path(__file__).parents[1] / "translations"
babel = Babel()
log = structlog.get_logger("i18n")


def init_app(app: Flask) -> None:
    """Choose the language per request: what the person chose, what the browser asks for, the shop's default."""
    app.config.update(BABEL_DEFAULT_LOCALE="zh", BABEL_TRANSLATION_DIRECTORIES="translations")
    compile_catalogues(CATALOGUES)
    babel.init_app(app, locale_selector=choose, timezone_selector=lambda: shop.settings().zone)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES)
    app.jinja_env.filters.update(
        day=day_words, date_words=date_words, lies_ahead=lies_ahead, moment=moment_words, clock_time=clock_time,
        long_moment=long_moment,
    )  # fmt: skip


def compile_catalogues(folder: Path) -> None:
    """Build each `messages.mo` that is missing or older than its `.po`: the built files are not kept in git."""
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        built = source.with_suffix(".mo")
        if not built.exists() or built.stat().st_mtime_ns < source.stat().st_mtime_ns:
            try:
                _compile(source, built)
            except OSError as error:  # a read-only checkout: `make build` has compiled it, or the surface stays Chinese
                log.warning("translations_not_compiled", file=str(built), reason=str(error))


def _compile(source: Path, built: Path) -> None:
    """Write beside `built` and swap: another process may be starting on the same files."""
    draft = built.with_suffix(f".{os.getpid()}.tmp")
    try:
        with source.open("rb") as text, draft.open("wb") as file:
            write_mo(file, read_po(text, locale=source.parts[-3]))
        draft.replace(built)
    finally:
        draft.unlink(missing_ok=True)


def choose() -> str:
    """`zh` or `en`."""
    if "language" not in g:
        chosen = people.preferred_language() or request.cookies.get(COOKIE)
        if chosen not in LANGUAGES:
            accepted = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en", "en-US", "en-GB"])
            chosen = accepted[:2] if accepted else str(shop.settings()["shop.language"])
        g.language = chosen
    return str(g.language)


def language() -> str:
    """The value of the page's `lang` attribute."""
    return "zh-CN" if choose() == "zh" else "en"


def translate(refusal: Refusal) -> str:
    """The words of a refusal in the reader's language."""
    return str(gettext(refusal.text, **refusal.params))


def local(moment: datetime) -> datetime:
    """`moment` on the shop's clock."""
    return moment.astimezone(ZoneInfo(shop.settings().zone))


def clock_time(moment: datetime) -> str:
    """`14:20`."""
    return local(moment).strftime("%H:%M")


def long_moment(moment: datetime) -> str:
    """`2026-11-22 14:20`, as paper says it."""
    return local(moment).strftime("%Y-%m-%d %H:%M")


def day_words(moment: datetime) -> str:
    """今天, 昨天, 11月19日, 2025年11月19日: days near now are words."""
    day, today = local(moment).date(), local(clock.now()).date()
    if day == today:
        return str(gettext("今天"))
    if (today - day).days == 1:
        return str(gettext("昨天"))
    if str(get_locale()) == "en":
        return str(format_date(day, "MMM d" if day.year == today.year else "MMM d, y"))
    return str(format_date(day, "M月d日" if day.year == today.year else "y年M月d日"))


def date_words(day: date) -> str:
    """As `day_words`, of a day that is no moment."""
    return day_words(datetime.combine(day, _NOON, ZoneInfo(shop.settings().zone)))


def lies_ahead(day: date) -> bool:
    """Whether the shop has not reached that day."""
    return day > local(clock.now()).date()


def moment_words(moment: datetime) -> str:
    """`今天 14:20`."""
    return f"{day_words(moment)} {clock_time(moment)}"
