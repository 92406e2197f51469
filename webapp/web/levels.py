"""Where a member stands, in words: for the member's home and growth page, and for staff's page of a member; and the points beside it."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout.queries.points_ledger import explain_entries
from services.coupons import queries as coupons
from services.loyalty import queries as loyalty
from services.loyalty.models import Tier
from services.shared import clock
from webapp.web import i18n, people, points_words, shop
from webapp.web import loyalty_words as words

LATEST = 5


def progress_words(session: Session, member_id: int) -> dict[str, Any]:
    """`progress` with its sentences; `progress` None where the shop has no ladder."""
    settings = shop.settings()
    progress = loyalty.get_progress(session, member_id, settings, at=clock.now())
    if progress.standing is None and progress.following is None:
        return {"progress": None}
    return {
        "progress": progress,
        "missing": words.missing_words(progress),
        "so_far": words.growth_so_far(progress),
        "goal": words.growth_words(progress.following.threshold) if progress.following else "",
    }


def review_words(progress: loyalty.Progress | None) -> dict[str, str]:
    """Until when the level holds, and after a warning what is missing to keep it until when."""
    if progress is None or progress.standing is None:
        return {"review_on": "", "warning": ""}
    standing, grace = progress.standing, timedelta(days=shop.settings()["tiers.grace_days"])
    warning = ""
    if standing.warned_on:
        growth = words.growth_words(standing.step.threshold - progress.growth)
        day = i18n.date_words(standing.warned_on + grace)
        text = (
            _("%(day)s前再得 %(growth)s，就能保住「%(name)s」")
            if words.by_points()
            else _("%(day)s前再消费 %(growth)s，就能保住「%(name)s」")
        )
        warning = str(text) % {"day": day, "growth": growth, "name": standing.step.name}
    return {"review_on": i18n.date_words(standing.review_on), "warning": warning}


def ladder_words(session: Session) -> list[tuple[Tier, str, str]]:
    """The levels, the lowest first, with what each brings and asks for."""
    tiers = loyalty.list_tiers(session)
    named = {each for tier in tiers for each in (tier.birthday_template_id, *tier.monthly_template_ids) if each}
    names = coupons.list_names(session, named)
    return [(tier, words.benefits_words(tier, names), words.threshold_words(tier.threshold)) for tier in tiers]


def points_section(session: Session, member_id: int) -> dict[str, Any]:
    """Balance, debt, what ends soon, what is pending, and the last entries explained."""
    balance = loyalty.get_balance(session, member_id)
    latest = loyalty.list_entries(session, member_id, limit=LATEST)
    return {
        "points_balance": balance,
        "debt": points_words.debt_words(balance),
        "ending": points_words.ending_words(session, member_id, at=clock.now()),
        "coming": points_words.coming(session, member_id),
        "told": [points_words.tell(entry) for entry in explain_entries(session, latest, stores=people.seen_stores())],
    }


def tier_section(session: Session, member_id: int) -> dict[str, Any]:
    """The level with the way to the next, since when, and until which day it holds."""
    told = progress_words(session, member_id)
    return told | review_words(told["progress"])
