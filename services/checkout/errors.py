"""Refusals of the counter."""

from typing import Any

from services.shared.refusals import Forbidden, Invalid, NotFound, Refusal
from services.shared.words import N_


class QuoteChanged(Refusal):
    """The quote no longer holds. `quote` is the new one, as the API shows it."""

    status = 409
    code = "quote_changed"
    text = N_("价格有变化，请核对后再收款")

    def __init__(self, quote: dict[str, Any]) -> None:
        super().__init__(quote=quote)
        self.quote = quote


class QuoteForged(Invalid):
    """What was sent as a quote is not one of ours."""

    code = "quote_invalid"

    def __init__(self) -> None:
        super().__init__({"quote": [N_("这不是有效的报价，请重新报价")]})


class CodeNotHere(NotFound):
    """What was scanned is no code of ours, or one that this counter cannot use; `text` says which."""

    code = "code_unknown"

    def __init__(self, *, text: str) -> None:
        super().__init__(None, text)


class AlreadyRefunded(Refusal):
    """Everything of the order went back before."""

    code = "order_refunded"
    text = N_("这单已经全退了")


class RefundMoved(Refusal):
    """Somebody refunded a part of the order since this page was opened."""

    code = "refund_moved"
    text = N_("刚有人给这单退过款，请核对后再退")


class VoidTooLate(Refusal):
    """Only today's orders of which nothing went back are voided; a refund does for the others."""

    code = "void_too_late"
    text = N_("只有当天没退过款的订单可以作废，请用退款")


class CartTaken(Refusal):
    """A parked cart that somebody else has taken back."""

    status = 409
    code = "cart_taken"
    text = N_("这一单已经被取走了")


class NotHandedOver(Refusal):
    """An order stays where it is: `reason` says why (it is too old, or the member spent something of theirs on it)."""

    code = "order_stays"
    text = N_("这单现在不能改")

    def __init__(self, reason: str) -> None:
        super().__init__(f"order_{reason}", _STAYS[reason])


_STAYS = {
    "refunded": N_("这单已经全退了"),
    "claimed": N_("这单已经记在会员名下了"),
    "closed": N_("这家店没有开放补登"),
    "too_old": N_("超过可以补登的天数了"),
    "not_a_member_s": N_("这单没有会员，请用补登"),
    "same_member": N_("这单本来就是这位会员的"),
    "correction_too_old": N_("超过 7 天的订单不能改会员"),
    "spent_wallet": N_("这单用了原会员的储值，不能改会员，请退款重开"),
    "spent_points": N_("这单用了原会员的积分，不能改会员，请退款重开"),
    "shared_points": N_("这单的积分记在家人名下，不能改会员，请退款重开"),
    "spent_coupon": N_("这单用了原会员的优惠券，不能改会员，请退款重开"),
}


class ReceiptUnknown(NotFound):
    """No order has this receipt code."""

    code = "receipt_unknown"
    text = N_("没有找到这张小票，请核对小票码")


class CredentialUnknown(Forbidden):
    """A sale made without network came under a name that is not one of ours."""

    code = "credential_unknown"
    text = N_("认不出是谁卖的，请让店长看一下")
