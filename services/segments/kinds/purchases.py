"""What somebody bought, how much, how often. Money is net of refunds; what went back as a whole is no order (facts.md §3.1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, false, func, literal, not_, or_, select, union_all

from services.members.models import Member
from services.orders.models import Order
from services.segments.kinds.kind import Among, Kind, Row, Scene, Test, Values, facts, outside, summed, weak, within
from services.segments.models import MemberProduct
from services.segments.rules.parameters import AT_LEAST, AT_MOST, DAYS, ONE_OF, Between, Chosen, Period
from services.segments.rules.rfm import CLASSES, MUCH, OFTEN, RECENT, WORDS
from services.shared.words import N_

REFUNDED = "refunded"
_HOW = (
    Between("pieces", required=False, words=N_("一共%(range)s")), Period(required=False, words=N_("最近一次在 %(days)s 天内")),
)  # fmt: skip


def _added_up(values: Values, scene: Scene, amount: Any) -> Among:
    """Members of whom `amount`, added up over the orders of so many days, lies in the range. What a merged card bought is the keeper's.

    The days are few: found by their index and sorted, not by reading every order in the order of members.
    """
    lately = (Order.day >= scene.since(values[DAYS]), Order.state != REFUNDED)
    own = select(Order.member_id, amount.label("amount")).where(Order.member_id.is_not(None), *lately)
    brought = select(Member.merged_into, amount).join_from(Order, Member, Member.id == Order.member_id)
    orders = union_all(own, brought.where(Member.merged_into.is_not(None), weak(and_(*lately)))).subquery()
    test = summed(select(orders.c.member_id), weak(orders.c.member_id), func.sum(orders.c.amount), values)
    cards = select(Member.id).where(or_(Member.id == facts.c.member_id, Member.merged_into == facts.c.member_id))
    single = select(func.count()).where(Order.member_id.in_(cards.correlate(facts)), *lately)
    return replace(test, single=single.having((within if test.holds else outside)(func.sum(amount), values)))


def _spent_lately(values: Values, scene: Scene) -> Test:
    return _added_up(values, scene, Order.paid - Order.refunded)


def _orders_lately(values: Values, scene: Scene) -> Test:
    return _added_up(values, scene, literal(1))


def _average(values: Values, _scene: Scene) -> Test:
    """Compared without dividing."""
    least, most = values.get(AT_LEAST), values.get(AT_MOST)
    ends = [facts.c.orders > 0]
    ends += [] if least is None else [facts.c.spent >= least * facts.c.orders]
    return Row(and_(*ends, *([] if most is None else [facts.c.spent <= most * facts.c.orders])))


def _bought(column: Any) -> Any:
    """Bought any of these ever, so many pieces of them in all, the last time within so many days."""

    def test(values: Values, scene: Scene) -> Test:
        rows = select(MemberProduct.member_id).where(column.in_(values[ONE_OF]))
        counted = AT_LEAST in values or AT_MOST in values
        if not counted and DAYS not in values:
            return Among(rows)
        if not counted:
            return Among(rows.where(MemberProduct.last_on >= scene.since(values[DAYS])))
        enough = within(func.sum(MemberProduct.pieces), values)
        if DAYS in values:
            enough = and_(enough, func.max(MemberProduct.last_on) >= scene.since(values[DAYS]))
        return Among(rows.having(enough), grouped=MemberProduct.member_id)

    return test


def _novelties(values: Values, scene: Scene) -> Test:
    """How many products somebody bought for the first time within so many days of their launch."""
    fresh = [
        and_(MemberProduct.product_id == product, MemberProduct.first_on <= day + timedelta(days=values[DAYS]))
        for product, day in scene.launches.items()
    ]
    rows = select(MemberProduct.member_id).where(or_(false(), *fresh))
    return summed(rows, MemberProduct.member_id, func.count(MemberProduct.product_id.distinct()), values)


def _rfm(values: Values, scene: Scene) -> Test:
    cuts = scene.cuts
    high = {
        RECENT: facts.c.last_order_at >= scene.day_began(cuts.days),
        OFTEN: facts.c.orders_year >= cuts.orders,
        MUCH: facts.c.spent_year >= cuts.spent,
    }
    classes = (CLASSES[name] for name in values[ONE_OF])
    exact = [and_(*(test if each & bit else not_(test) for bit, test in high.items())) for each in classes]
    return Row(and_(facts.c.last_order_at.is_not(None), or_(*exact)))


KINDS = (
    Kind(
        "spent", "purchases", N_("累计消费"), N_("累计消费%(range)s"), (Between("money"),),
        lambda values, _scene: Row(within(facts.c.spent, values)),
    ),
    Kind(
        "spent_lately", "purchases", N_("最近消费多少"), N_("近 %(days)s 天消费%(range)s"), (Period(), Between("money")), _spent_lately,
    ),
    Kind(
        "orders", "purchases", N_("累计单数"), N_("累计买过%(range)s"), (Between("times"),),
        lambda values, _scene: Row(within(facts.c.orders, values)),
    ),
    Kind(
        "orders_lately", "purchases", N_("最近买过几次"), N_("近 %(days)s 天买过%(range)s"), (Period(), Between("times")), _orders_lately,
    ),
    Kind("average", "purchases", N_("平均一单"), N_("平均一单%(range)s"), (Between("money"),), _average),
    Kind(
        "product", "purchases", N_("买过商品"), N_("买过%(which)s"),
        (Chosen("product"), *_HOW), _bought(MemberProduct.product_id),
    ),
    Kind(
        "category", "purchases", N_("买过分类"), N_("买过%(which)s类的商品"),
        (Chosen("category"), *_HOW), _bought(MemberProduct.category_id),
    ),
    Kind(
        "favourite_product", "purchases", N_("最常买的商品"), N_("最常买%(which)s"), (Chosen("product"),),
        lambda values, _scene: Row(facts.c.favourite_product_id.in_(values[ONE_OF])),
    ),
    Kind(
        "favourite_category", "purchases", N_("最常买的分类"), N_("最常买%(which)s类的商品"), (Chosen("category"),),
        lambda values, _scene: Row(facts.c.favourite_category_id.in_(values[ONE_OF])),
    ),
    Kind(
        "novelties", "purchases", N_("爱买新品"), N_("有%(range)s商品在上新 %(days)s 天内就买了"), (Period(), Between("kinds")), _novelties,
    ),
    Kind("rfm", "purchases", N_("RFM 分类"), N_("属于%(which)s"), (Chosen("rfm", WORDS),), _rfm),
)  # fmt: skip
