"""Changing the rules that multiply what purchases earn. What was earned already stays as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.catalog import queries as catalog
from services.loyalty import permissions
from services.loyalty.models import EarningRule
from services.loyalty.queries.earning_rules import get_rule
from services.loyalty.queries.ladder import list_ladder
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_


def create_rule(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> EarningRule:
    """Add a rule; it counts from the next quote on. Raises Invalid for products, categories or tiers that are unknown."""
    actor.require(permissions.EARNING_RULES_CHANGE)
    _require_known(session, data)
    rule = EarningRule(**data, created_at=at)
    session.add(rule)
    session.flush()
    changes = {"name": rule.name, "multiplier": rule.multiplier}
    audit.record(session, "earning_rules:create", ("earning_rule", rule.id), actor=actor, at=at, changes=changes)
    return rule


def change_rule(session: Session, rule_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> EarningRule:
    """Change a rule. Raises NotFound, Invalid."""
    actor.require(permissions.EARNING_RULES_CHANGE)
    rule = get_rule(session, rule_id)
    _require_known(session, data)
    _require_order(rule, data)
    changes = {
        key: [_plain(getattr(rule, key)), _plain(value)] for key, value in data.items() if getattr(rule, key) != value
    }
    for key, value in data.items():
        setattr(rule, key, value)
    session.flush()
    audit.record(session, "earning_rules:change", ("earning_rule", rule.id), actor=actor, at=at, changes=changes)
    return rule


def archive_rule(session: Session, rule_id: int, *, actor: Actor, at: datetime) -> EarningRule:
    """Take a rule out of use. Raises NotFound."""
    actor.require(permissions.EARNING_RULES_CHANGE)
    rule = get_rule(session, rule_id)
    rule.archived_at = at
    session.flush()
    audit.record(
        session, "earning_rules:archive", ("earning_rule", rule.id), actor=actor, at=at, changes={"name": rule.name}
    )
    return rule


def restore_rule(session: Session, rule_id: int, *, actor: Actor, at: datetime) -> EarningRule:
    """Take a rule back into use. Raises NotFound."""
    actor.require(permissions.EARNING_RULES_CHANGE)
    rule = get_rule(session, rule_id, archived=True)
    rule.archived_at = None
    session.flush()
    audit.record(
        session, "earning_rules:restore", ("earning_rule", rule.id), actor=actor, at=at, changes={"name": rule.name}
    )
    return rule


def _require_known(session: Session, data: Mapping[str, Any]) -> None:
    known = {
        "products": catalog.list_known(session, data.get("products", ())),
        "categories": {shelf.id for shelf in catalog.list_categories(session)},
        "tiers": {step.id for step in list_ladder(session)},
    }
    wrong = {name: [N_("没有找到")] for name, ids in known.items() if not set(data.get(name, ())) <= ids}
    if wrong:
        raise Invalid(wrong)


def _require_order(rule: EarningRule, data: Mapping[str, Any]) -> None:
    """A change of one end of the period is compared with the end that stays."""
    start, end = data.get("starts_on", rule.starts_on), data.get("ends_on", rule.ends_on)
    if start and end and end < start:
        raise Invalid({"ends_on": [N_("结束要在开始之后")]})


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
