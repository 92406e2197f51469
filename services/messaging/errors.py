"""How reaching someone can be refused."""

from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_


class EndpointRefused(Invalid):
    """The push endpoint is not one of the services we send to."""

    code = "endpoint_refused"
    text = N_("这台设备的推送服务不在支持的范围里")


class MemberSilent(Refusal):
    """The member took their consent back: nobody writes to them."""

    code = "consent_withdrawn"
    text = N_("会员撤回了同意，不能再发消息")


class MarketingNotAgreed(Refusal):
    """The member did not agree to messages about offers, or took it back."""

    code = "marketing_not_agreed"
    text = N_("会员没有同意收优惠和新品消息，这类消息不能发")


class TooManySubscriptions(Invalid):
    """A person has as many devices as they may."""

    code = "too_many_subscriptions"
    text = N_("已经有 10 台设备在接收通知，请先在别的设备上关掉一台")
