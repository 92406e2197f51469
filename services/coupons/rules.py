"""What a coupon is worth and when it may be used (domain.md, *Coupons*). Pure: amounts in fen, moments aware, days in the shop's zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.shared.days import day_bounds
from services.shared.words import N_


class Kind(StrEnum):
    """The five kinds, in the order in which they take effect within a cart."""

    TRIAL_PRICE = "trial_price"  # 体验: one piece at the trial price
    FREE_ITEM = "free_item"  # 兑换: one piece for nothing
    PERCENTAGE = "percentage"  # 折扣: pays so many per mille, perhaps capped
    THRESHOLD_OFF = "threshold_off"  # 满减: so much off from so much
    CASH = "cash"  # 代金: so much off, no change


MINUTES = 24 * 60
ORDER = tuple(Kind)
ON_A_PIECE = frozenset({Kind.TRIAL_PRICE, Kind.FREE_ITEM})


@dataclass(frozen=True)
class Scope:
    """What a coupon holds for; an empty set means "all". Hours are minutes of the shop's day, the end excluded."""

    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    stores: frozenset[int] = frozenset()
    tiers: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()  # Monday is 0
    channels: frozenset[str] = frozenset()
    from_minute: int = 0
    to_minute: int = MINUTES

    def covers(self, product_id: int, category_id: int | None) -> bool:
        """Whether a product is meant: named itself, or by its category."""
        if not self.products and not self.categories:
            return True
        return product_id in self.products or category_id in self.categories


@dataclass(frozen=True)
class Terms:
    """What a coupon does.

    `value` is fen off (threshold_off, cash) or the price to pay (trial_price); `pays` is per mille (percentage: 800 = 8折), with `cap`
    the most it takes off. `threshold` is what its base must stand at before it. One coupon per `group`; `exclusive` stands alone;
    two combine when each consents to the other's group (`combines_with`; None consents to all).
    """

    kind: Kind
    value: int = 0
    pays: int = 1000
    cap: int | None = None
    threshold: int = 0
    scope: Scope = field(default_factory=Scope)
    group: str = ""
    exclusive: bool = False
    combines_with: frozenset[str] | None = None
    with_tier: bool = True
    with_points: bool = True


@dataclass(frozen=True)
class Occasion:
    """Where and when a coupon is to be used: `local` is the moment in the shop's zone."""

    store_id: int
    channel: str
    tier_id: int | None
    local: datetime


@dataclass(frozen=True)
class Reason:
    """Why a coupon does not apply: a code for programs, words with parameters for people (amounts in fen)."""

    code: str
    text: str
    params: tuple[tuple[str, int | str], ...] = ()


def combine(one: Terms, other: Terms) -> bool:
    """Whether two coupons may stand in the same cart: mutual consent, never two of one group."""
    if one.exclusive or other.exclusive or one.group == other.group:
        return False
    return _consents(one, other) and _consents(other, one)


def _consents(one: Terms, other: Terms) -> bool:
    return one.combines_with is None or other.group in one.combines_with


def hindrance(
    terms: Terms, starts_at: datetime | None, expires_at: datetime | None, occasion: Occasion
) -> Reason | None:
    """Why a coupon cannot be used on this occasion, whatever is in the cart; None when it can."""
    scope, local = terms.scope, occasion.local
    minute = local.hour * 60 + local.minute
    if starts_at is not None and local < starts_at:
        return Reason("not_started", N_("还没到可以用的日子"))
    if expires_at is not None and local >= expires_at:
        return Reason("expired", N_("已过期"))
    if scope.stores and occasion.store_id not in scope.stores:
        return Reason("other_store", N_("这家门店不能用"))
    if scope.channels and occasion.channel not in scope.channels:
        return Reason("other_channel", N_("这个渠道不能用"))
    if scope.tiers and occasion.tier_id not in scope.tiers:
        return Reason("other_tier", N_("当前等级不能用"))
    if scope.weekdays and local.weekday() not in scope.weekdays:
        return Reason("other_weekday", N_("今天不能用"))
    if not scope.from_minute <= minute < scope.to_minute:
        return Reason("other_hours", N_("这个时段不能用"))
    return None


def validity(
    starts_on: date | None,
    ends_on: date | None,
    valid_days: int | None,
    starts_after: int,
    *,
    issued_on: date,
    zone: str,
) -> tuple[datetime | None, datetime | None]:
    """From when until when a coupon issued on a day may be used, in UTC; the last day counts whole.

    `valid_days` counts from issue (1: only that day), beginning `starts_after` days later; fixed days bound it where both are set.
    """
    first = max(
        filter(None, (starts_on, issued_on + timedelta(days=starts_after) if starts_after else None)), default=None
    )
    counted = issued_on + timedelta(days=starts_after + valid_days - 1) if valid_days else None
    last = min(filter(None, (ends_on, counted)), default=None)
    return (
        day_bounds(first, zone)[0] if first else None,
        day_bounds(last, zone)[1] if last else None,
    )


def standing(
    state: str, starts_at: datetime | None, expires_at: datetime | None, reserved_until: datetime | None, at: datetime
) -> str:
    """What a stored state means now: usable, not_started, reserved, redeemed, expired or revoked.

    A reservation that has lapsed is no more, and what is past its end has expired, before any job says so.
    """
    if state not in {"issued", "reserved"}:
        return state
    if expires_at is not None and expires_at <= at:
        return "expired"
    if state == "reserved" and reserved_until is not None and reserved_until > at:
        return "reserved"
    return "not_started" if starts_at is not None and starts_at > at else "usable"


# What a coupon does: it may not change once somebody holds one.
TERMS = (
    "kind", "value", "pays", "cap", "threshold", "scope", "stack_group", "exclusive", "combines_with", "with_tier",
    "with_points",
)  # fmt: skip
GROUPS = {
    Kind.TRIAL_PRICE: N_("体验"),
    Kind.FREE_ITEM: N_("兑换"),
    Kind.PERCENTAGE: N_("折扣"),
    Kind.THRESHOLD_OFF: N_("满减"),
    Kind.CASH: N_("代金"),
}


NO_SCOPE: Mapping[str, Any] = {
    "products": [], "categories": [], "stores": [], "tiers": [], "weekdays": [], "channels": [], "from_minute": 0,
    "to_minute": MINUTES,
}  # fmt: skip


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A template's values without what its kind does not use, in the group of its kind where none is named."""
    kind = Kind(values["kind"])
    priced = kind in {Kind.THRESHOLD_OFF, Kind.CASH, Kind.TRIAL_PRICE}
    return {
        **values,
        "value": values["value"] if priced else 0,
        "pays": values["pays"] if kind is Kind.PERCENTAGE else 1000,
        "cap": values["cap"] if kind is Kind.PERCENTAGE else None,
        "stack_group": values["stack_group"] or GROUPS[kind],
        "combines_with": None if values["exclusive"] else values["combines_with"],
        "scope": {**NO_SCOPE, **values["scope"]},
    }


# Where coupons come from without anybody of the shop deciding for this member: these have a share for each member.
SELF_TAKEN = frozenset({"claim", "public_code", "welcome"})
WAYS = frozenset({"claimable", "public_code", "welcome"})


def share(per_member: int | None, source: str) -> int | None:
    """How many of a template one member is given; None is no limit. Templates without one are taken once by oneself."""
    return 1 if per_member is None and source in SELF_TAKEN else per_member


def lacks_share(values: Mapping[str, Any]) -> bool:
    """Whether members could take a coupon by themselves as often as they like."""
    return values["per_member"] is None and any(values[way] for way in WAYS)


def mistakes(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a template whose fields are each right by themselves: words by field."""
    kind, scope = Kind(values["kind"]), values["scope"]
    found: dict[str, list[str]] = {}
    if kind in {Kind.THRESHOLD_OFF, Kind.CASH, Kind.TRIAL_PRICE} and values["value"] <= 0:
        found["value"] = [N_("请填金额")]
    if kind is Kind.THRESHOLD_OFF and 0 < values["threshold"] < values["value"]:
        found["value"] = [N_("减的比满的还多")]
    if kind is Kind.THRESHOLD_OFF and values["threshold"] <= 0:
        found["threshold"] = [N_("请填满多少元")]
    if kind is Kind.PERCENTAGE and not 100 <= values["pays"] <= 990:
        found["pays"] = [N_("请填 1 到 9.9 折")]
    if kind in ON_A_PIECE and not scope["products"] and not scope["categories"]:
        found["products"] = [N_("请选是哪些商品")]
    if scope["from_minute"] >= scope["to_minute"]:
        found["to"] = [N_("结束要晚于开始")]
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        found["ends_on"] = [N_("结束要晚于开始")]
    return found
