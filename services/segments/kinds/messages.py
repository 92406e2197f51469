"""How somebody takes what the shop writes. Messages that are forgotten after a while count no more."""

from typing import Any

from sqlalchemy import select

from services.messaging.models import Message, PushSubscription
from services.messaging.permissions import MESSAGES_READ
from services.segments.kinds.kind import Among, Kind, Scene, Test, Values
from services.segments.rules.parameters import DAYS, IS, ONE_OF, Chosen, Period, Yes
from services.shared.words import N_

CATEGORIES = {"service": N_("服务消息"), "care": N_("关怀消息"), "marketing": N_("优惠消息")}


def _dated(column: Any) -> Any:
    """Messages of a category with a moment in the last days."""

    def test(values: Values, scene: Scene) -> Test:
        since = scene.day_began(values[DAYS] - 1)
        return Among(select(Message.member_id).where(column >= since, Message.category.in_(values[ONE_OF])))

    return test


def _reachable(values: Values, _scene: Scene) -> Test:
    return Among(select(PushSubscription.member_id).where(PushSubscription.member_id.is_not(None)), holds=values[IS])


KINDS = (
    Kind(
        "messaged", "messages", N_("收过消息"), N_("近 %(days)s 天收过%(which)s"),
        (Period(), Chosen("category_of_message", CATEGORIES)), _dated(Message.created_at), MESSAGES_READ,
    ),
    Kind(
        "opened", "messages", N_("打开过消息"), N_("近 %(days)s 天打开过%(which)s"),
        (Period(), Chosen("category_of_message", CATEGORIES)), _dated(Message.read_at), MESSAGES_READ,
    ),
    Kind("reachable", "messages", N_("能收到推送"), N_("手机能收到推送"), (Yes(N_("手机收不到推送")),), _reachable),
)  # fmt: skip
