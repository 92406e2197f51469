"""A member's family as pages and the API show it."""

from collections.abc import Mapping

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from services.family import queries
from services.family.queries import FamilyCard
from services.family.queries.families import Eyes
from services.family.rules.milestones import BIRTHDAY, FIRST_BIRTHDAY, FULL_MOON, HUNDRED_DAYS, Occurrence
from services.family.rules.vaccinations import STATES
from services.family.schemas import CALENDARS, SEXES
from services.shared import clock, days
from services.shared.words import N_
from webapp.web import edge, i18n, shop

OCCURRENCES = {FULL_MOON: N_("满月"), HUNDRED_DAYS: N_("百天"), FIRST_BIRTHDAY: N_("周岁")}


def init_app(app: Flask) -> None:
    """Register `dose.name|plan_words`, `state|dose_state`, `coming|occurrence_words`, `child_sexes()`, `child_calendars()`."""
    app.jinja_env.globals.update(child_sexes=lambda: _choices(SEXES), child_calendars=lambda: _choices(CALENDARS))
    app.jinja_env.filters.update(plan_words=plan_words, dose_state=dose_state, occurrence_words=occurrence_words)


def family_of(member_id: int, eyes: Eyes, *, doses: bool = False, session: Session | None = None) -> FamilyCard:
    """The family as of today in the shop; `doses`: with all that is known of each child. `session` where something was just written."""
    settings = shop.settings()
    today = days.local_day(clock.now(), settings.zone)
    actor = edge.actor() if doses else None
    return queries.load_family(session or edge.read(), member_id, settings, today, eyes=eyes, doses=doses, actor=actor)


def occurrence_words(each: Occurrence) -> str:
    """满月, 百天, 周岁, 3 岁生日."""
    if each.kind == BIRTHDAY:
        return str(ngettext("%(num)s 岁生日", "%(num)s 岁生日", each.number))
    return str(_(OCCURRENCES[each.kind]))


def plan_words(words: Mapping[str, str]) -> str:
    """A name or note of the vaccination plan in the reader's language."""
    return queries.plan_words(words, i18n.language())


def dose_state(state: str) -> str:
    """已接种, 可以接种了, 该补种了 …"""
    return str(_(STATES[state]))


def _choices(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, str(_(word))) for key, word in words.items()]
