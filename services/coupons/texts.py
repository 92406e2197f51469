"""What the shop says about coupons by itself, in both languages. The push form names no coupon: it stands on a lock screen."""

from services.messaging.texts import Text
from services.shared import money


def given(language: str, *, name: str) -> Text:
    """A coupon was given by hand, or on joining."""
    if language == "en":
        return Text(f"A coupon for you: {name}", "Tap to see how to use it.", "A coupon for you", "Tap to see it")
    return Text(f"送您一张券：{name}", "点开看看怎么用。", "店里送您一张券", "点开看看怎么用")


def redeemed(language: str, *, name: str, saved: int, store: str) -> Text:
    """A coupon was used by itself; `saved` in fen."""
    worth = f"¥{money.text(saved)}"
    if language == "en":
        body = f"At {store}, saved {worth}. Was it not you? Call the shop."
        return Text(f"Coupon redeemed: {name}", body, "A coupon was redeemed", "Tap to see which")
    return Text(f"券用掉了：{name}", f"{store}，省 {worth}。不是您用的？请联系店里。", "您的一张券用掉了", "点开看看")


def returned(language: str, *, name: str) -> Text:
    """A redemption was undone."""
    if language == "en":
        return Text(
            f"Coupon back: {name}", "The shop undid it, you may use it again.", "A coupon is back", "Tap to see it"
        )
    return Text(f"券退回来了：{name}", "店里撤销了核销，这张券又能用了。", "您的一张券退回来了", "点开看看")


def revoked(language: str, *, name: str) -> Text:
    """The shop withdrew a coupon."""
    if language == "en":
        return Text(
            f"Coupon withdrawn: {name}", "Ask the shop if you wonder why.", "A coupon was withdrawn", "Tap to see which"
        )
    return Text(f"券作废了：{name}", "有疑问请联系店里。", "您的一张券作废了", "点开看看")


def taken(language: str, *, name: str) -> Text:
    """A friend took the coupon of a link."""
    if language == "en":
        return Text(
            f"Your friend has it: {name}", "The link works no more.", "Your gift was taken", "A friend has your coupon"
        )
    return Text(f"朋友收下了：{name}", "链接已经失效。", "您送的券有人收下了", "点开看看")
