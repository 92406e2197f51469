"""The shop that the machine trades in: a store, four products, a tier, a top-up plan, five templates of coupons, two members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.coupons.models import CouponTemplate
from services.loyalty.models import Tier
from services.members.models import Member
from services.shared import database
from services.shared.actors import Actor
from services.wallet.models import TopUpPlan
from tests.cast import Cast
from tests.oracles.prices import Coupon
from tests.selling import PRICES, fill_shelf, welcome_member

LEVEL, LEVEL_PAYS, LEVEL_RATE = 30_000, 900, 150  # 甜品师: from growth of ¥300, 9折, points times 1.5
LATTE = 4
STOCK, EACH = 6, 2  # of the template that members claim
TEMPLATES = {
    "满减": Coupon(0, "threshold_off", 0, value=2000, threshold=8000, group="满减", friends={"折扣", "兑换", "领"}),
    "折扣": Coupon(0, "percentage", 0, pays=900, cap=1500, group="折扣", with_points=False, with_tier=False),
    "代金": Coupon(0, "cash", 0, value=500, group="满减"),
    "兑换": Coupon(0, "free_item", 0, products={LATTE}, group="兑换", friends={"满减", "折扣"}),
    "领": Coupon(0, "cash", 0, value=300, threshold=3000, group="领"),
}
DAYS = {"满减": 40, "折扣": None, "代金": 7, "兑换": 20, "领": 60}


@dataclass(frozen=True)
class Plan:
    """充300送50, with points and a coupon."""

    amount: int = 30_000
    bonus: int = 5_000
    points: int = 200
    template: str = "代金"


PLAN = Plan()


@dataclass(frozen=True)
class World:
    """Ids of what is there."""

    at: datetime
    store: int
    actor: Actor
    members: tuple[int, int]
    products: tuple[int, ...]
    templates: dict[str, int]
    plan: int
    tier: int


def open_world(shop: Cast) -> World:
    """Fill the shelf and write the templates; nobody has bought anything."""
    shelf = fill_shelf(shop.at)
    members = (welcome_member(shop.at).id, welcome_member(shop.at, "陈立夏", "+8613800138001").id)
    products = tuple(shelf[name] for name in PRICES)
    with database.transaction() as session:
        for member_id in members:  # who shares an account has proven a number
            session.get_one(Member, member_id).phone_verified_at = shop.at
        templates = {name: _template(products, name, shop.at) for name in TEMPLATES}
        tier = Tier(
            name="甜品师", threshold=LEVEL, pays=LEVEL_PAYS, multiplier=LEVEL_RATE, early_days=0, birthday_template_id=None,
            monthly_template_ids=[], wallet_bonus=0, created_at=shop.at, archived_at=None,
        )  # fmt: skip
        session.add_all([*templates.values(), tier])
        session.flush()
        plan = TopUpPlan(
            name="充300送50", amount=PLAN.amount, bonus=PLAN.bonus, points=PLAN.points, coupons=1, per_member=None, stores=[],
            template_id=templates[PLAN.template].id, created_at=shop.at, archived_at=None,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        ids = {name: each.id for name, each in templates.items()}
        return World(shop.at, shop.east.id, shop.owner, members, products, ids, plan.id, tier.id)


def _template(products: tuple[int, ...], name: str, at: datetime) -> CouponTemplate:
    terms, days = TEMPLATES[name], DAYS[name]
    scope: dict[str, Any] = {"products": [products[place - 1] for place in terms.products]} if terms.products else {}
    return CouponTemplate(
        name=name, kind=terms.kind, value=terms.value, pays=terms.pays, cap=terms.cap, threshold=terms.threshold, scope=scope,
        stack_group=terms.group, exclusive=False, combines_with=sorted(terms.friends) if terms.friends else None,
        with_tier=terms.with_tier, with_points=terms.with_points, starts_on=None, ends_on=None, valid_days=days,
        stock=STOCK if name == "领" else None, per_member=EACH if name == "领" else None, per_day=None,
        transferable=name == "领", claimable=name == "领", public_code=None, welcome=False, created_at=at, paused_at=None,
        archived_at=None,
    )  # fmt: skip
