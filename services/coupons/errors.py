"""Refusals of coupons."""

from services.shared.refusals import NotFound, Refusal
from services.shared.words import N_


class CouponNotFound(NotFound):
    """There is no such coupon."""

    code = "coupon_not_found"
    text = N_("没有这张券")


class CouponUnusable(Refusal):
    """The coupon is not there to be used: redeemed, reserved by another cart, revoked or expired (`state` says which)."""

    code = "coupon_unusable"
    text = N_("这张券已经不能用了")

    def __init__(self, coupon_id: int, state: str) -> None:
        super().__init__(coupon=str(coupon_id), state=state)
        self.text = _WORDS.get(state, self.text)


_WORDS = {
    "redeemed": N_("这张券已经用掉了"),
    "reserved": N_("这张券正被另一单占用"),
    "revoked": N_("这张券已作废"),
    "expired": N_("这张券已过期"),
}


class NoneLeft(Refusal):
    """The template's stock, the member's share or the day's number is used up (`limit` says which)."""

    code = "coupons_none_left"
    text = N_("已经领完了")

    def __init__(self, limit: str) -> None:
        super().__init__(limit=limit)
        self.text = {"member": N_("每人限领的数量已领完"), "day": N_("今天的已领完，明天再来")}.get(limit, self.text)


class NeedsCart(Refusal):
    """The coupon takes something off a cart; it cannot be redeemed by itself (domain.md, *Coupons*)."""

    code = "needs_cart"
    text = N_("这张券要在结账时用")


class UndoTooLate(Refusal):
    """A redemption can be undone for a while only, by the store that made it."""

    code = "coupon_undo_too_late"
    text = N_("超过了可以撤销的时间")


class TemplateNotFound(NotFound):
    """There is no such template."""

    code = "template_not_found"
    text = N_("没有这种券")


class TemplatePaused(Refusal):
    """No coupons of the template are given out now."""

    code = "template_paused"
    text = N_("这种券现在不发放")
