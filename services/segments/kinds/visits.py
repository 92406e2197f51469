"""When somebody comes. A day on which they bought is a visit, also if it went back later."""

from services.segments.kinds.kind import Kind, Row, days_ago, facts, within
from services.segments.rules.parameters import ONE_OF, Between, Chosen
from services.shared.words import N_

WEEKDAYS = {
    "0": N_("周一"), "1": N_("周二"), "2": N_("周三"), "3": N_("周四"), "4": N_("周五"), "5": N_("周六"), "6": N_("周日"),
}  # fmt: skip

KINDS = (
    Kind(
        "last_visit", "visits", N_("多久没来"), N_("上次来店是%(range)s前"), (Between("days"),),
        lambda values, scene: Row(days_ago(facts.c.last_order_at, values, scene)),
    ),
    Kind(
        "first_visit", "visits", N_("第一次来是多久前"), N_("第一次来店是%(range)s前"), (Between("days"),),
        lambda values, scene: Row(days_ago(facts.c.first_order_at, values, scene)),
    ),
    Kind(
        "visits", "visits", N_("来过几天"), N_("来过店里%(range)s"), (Between("times"),),
        lambda values, _scene: Row(within(facts.c.visits, values)),
    ),
    Kind(
        "rhythm", "visits", N_("多久来一次"), N_("平均隔%(range)s来一次"), (Between("days"),),
        lambda values, _scene: Row(within(facts.c.rhythm, values)),
    ),
    Kind(
        "weekday", "visits", N_("常来的星期"), N_("最常在%(which)s来"), (Chosen("weekday", WEEKDAYS),),
        lambda values, _scene: Row(facts.c.weekday.in_([int(day) for day in values[ONE_OF]])),
    ),
    Kind(
        "hour", "visits", N_("常来的钟点"), N_("最常在%(range)s来"), (Between("hours"),),
        lambda values, _scene: Row(within(facts.c.hour, values)),
    ),
    Kind(
        "weekends", "visits", N_("周末来的比例"), N_("%(range)s的到店在周末"), (Between("percent"),),
        lambda values, _scene: Row(within(facts.c.weekends, values)),
    ),
)  # fmt: skip
