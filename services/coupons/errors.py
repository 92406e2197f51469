"""Refusals of coupons."""

from services.shared.refusals import Gone, NotFound, Refusal
from services.shared.words import N_


class CouponNotFound(NotFound):
    """There is no such coupon."""

    code = "coupon_not_found"
    text = N_("没有这张券")


class CouponUnusable(Refusal):
    """The coupon is not there to be used: redeemed, reserved by another cart, revoked, expired or somebody else's (`state` says which)."""

    code = "coupon_unusable"
    text = N_("这张券已经不能用了")

    def __init__(self, coupon_id: int, state: str) -> None:
        super().__init__(coupon=str(coupon_id), state=state)
        self.text = _WORDS.get(state, self.text)


_WORDS = {
    "issued": N_("这张券还没有用过"),
    "redeemed": N_("这张券已经用掉了"),
    "reserved": N_("这张券正被另一单占用"),
    "revoked": N_("这张券已作废"),
    "passed_on": N_("这张券已经转赠给别人了"),
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


class UndoByRefund(Refusal):
    """The coupon was used by an order: refunding that order whole returns it."""

    code = "coupon_undo_by_refund"
    text = N_("这张券是跟着订单用的，整单退款时会自动退回")


class UndoElsewhere(Refusal):
    """Only the store that redeemed a coupon undoes it."""

    code = "coupon_undo_elsewhere"
    text = N_("要在当时核销的门店撤销")


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


class TemplateOver(Refusal):
    """What is given out now would have expired already."""

    code = "template_over"
    text = N_("活动已经结束了")


class PublicCodeUnknown(NotFound):
    """Nobody gives out coupons for this word."""

    code = "public_code_unknown"
    text = N_("没有这个口令，看看有没有打错")


class NotTransferable(Refusal):
    """The shop does not let this coupon go to somebody else."""

    code = "coupon_not_transferable"
    text = N_("这张券不能转赠")


class TransferGone(Gone):
    """The link was used, taken back, or is too old; or its coupon is no more."""

    code = "transfer_gone"
    text = N_("这个转赠链接已经失效了")


class OwnTransfer(Refusal):
    """Who gives a coupon away cannot take it."""

    code = "own_transfer"
    text = N_("这是您自己送出的券，发给朋友来领")
