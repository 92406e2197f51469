"""Rules that multiply what is earned."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.loyalty.models import EarningRule
from services.loyalty.rules import Multiplier
from services.members.queries import get_birthday_near
from services.shared.days import local_day
from services.shared.refusals import NotFound
from services.stores.settings import Settings

_rules: Any = EarningRule.__table__
_OPEN = select(_rules).where(_rules.c.archived_at.is_(None)).order_by(_rules.c.id)


def list_multipliers(
    session: Session, member_id: int, tier_id: int | None, settings: Settings, *, at: datetime
) -> list[Multiplier]:
    """The rules that count for this member today. One query; a second where a rule asks for the birthday."""
    rules = [multiplier_of_rule(row) for row in session.connection().execute(_OPEN)]
    if not rules:
        return []
    day = local_day(at, settings.zone)
    birthday = None
    if any(rule.birthday for rule in rules):
        birthday = get_birthday_near(session, member_id, day, late_leap_day=settings.late_leap_day)
    return [rule for rule in rules if rule.holds(day, tier_id, birthday)]


def list_rules(session: Session, *, archived: bool = False) -> list[EarningRule]:
    """The rules in use, the oldest first; or those that were put away."""
    there = EarningRule.archived_at.is_not(None) if archived else EarningRule.archived_at.is_(None)
    return list(session.scalars(select(EarningRule).where(there).order_by(EarningRule.id)))


def get_rule(session: Session, rule_id: int, *, archived: bool = False) -> EarningRule:
    """One rule in use, or with `archived` any. Raises NotFound."""
    rule = session.get(EarningRule, rule_id)
    if rule is None or (rule.archived_at is not None and not archived):
        raise NotFound("earning_rule_not_found")
    return rule


def multiplier_of_rule(rule: Any) -> Multiplier:
    """A rule (or a row with its columns) as the pure rules read it."""
    return Multiplier(
        rule.multiplier,
        products=frozenset(rule.products),
        categories=frozenset(rule.categories),
        tiers=frozenset(rule.tiers),
        weekdays=frozenset(rule.weekdays),
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        birthday=rule.birthday,
    )
