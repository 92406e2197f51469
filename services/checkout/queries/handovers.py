"""What an order would earn for a member who was not known when it was paid, and why one cannot change its member."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.checkout.queries.refunds import Case
from services.checkout.rules.refunds import points_for
from services.checkout.rules.tenders import WALLET
from services.loyalty.models import MemberTier, Tier
from services.loyalty.queries import list_multipliers, rate_of
from services.loyalty.rules import multiplier_of
from services.stores.queries import load_settings
from services.stores.settings import Settings

CORRECTABLE = timedelta(days=7)


@dataclass(frozen=True)
class Worth:
    """The points of an order for a member, the rule (JSON of loyalty's Rate) and the multipliers of its lines by place."""

    points: int
    rate: Mapping[str, Any]
    tier_id: int | None
    multipliers: Mapping[int, int]


def get_worth_to(session: Session, case: Case, member_id: int) -> Worth:
    """What is still paid, by the shop's rule and the multipliers of the day of the sale, for the member's tier of now."""
    settings, order = load_settings(session), case.order
    standing = session.get(MemberTier, member_id)
    tier = session.get(Tier, standing.tier_id) if standing else None
    rules = list_multipliers(session, member_id, tier.id if tier else None, settings, at=order.completed_at)
    most, single = settings["points.most_multiplier"] * 100, tier.multiplier if tier else 100
    multipliers = {
        line.position: multiplier_of(line.product_id, line.category_id, rules, tier=single, most=most)
        for line in order.lines
    }
    rate = rate_of(settings)
    lines = [replace(line, multiplier=multipliers[line.position]) for line in case.sold.lines]
    told = {"step": rate.step, "per_step": rate.per_step, "way": rate.way}
    return Worth(points_for(lines, 0, rate), told, tier.id if tier else None, multipliers)


def why_not_claimed(case: Case, settings: Settings, at: datetime) -> str:
    """Why an order cannot be claimed (a reason of NotHandedOver); empty where it can."""
    days = settings["orders.claim_days"]
    if case.order.member_id is not None:
        return "claimed"
    if not days:
        return "closed"
    if at - case.order.completed_at > timedelta(days=days):
        return "too_old"
    return "refunded" if case.sold.is_complete else ""


def why_not_reassigned(case: Case, at: datetime) -> str:
    """Why the member of an order cannot be changed (a reason of NotHandedOver); empty where it can."""
    order = case.order
    if order.member_id is None:
        return "not_a_member_s"
    if at - order.completed_at > CORRECTABLE:
        return "correction_too_old"
    if any(tender.kind == WALLET for tender in order.tenders):
        return "spent_wallet"
    if order.points_spent:
        return "spent_points"
    if order.earner_id is not None:
        return "shared_points"
    if case.sold.coupons:
        return "spent_coupon"
    return "refunded" if case.sold.is_complete else ""
