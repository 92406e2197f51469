"""What a member is told about cards that became one, in both languages."""

from services.messaging.texts import Text


def merged(language: str, *, shop: str, stays: str, gone: str) -> Text:
    """Two cards are one now, and how to object: who is signed out reads it on the lock screen alone. `stays` and `gone` are member
    numbers."""
    if language == "en":
        said = "Your two cards are one now"
        body = (
            f"{shop} merged card {gone} into {stays}: points, balance and coupons came along, and {gone} cannot be signed in to any more. "
            "Not yours? Come by or call within 7 days, it can be undone."
        )
        return Text(said, body, said, "Not yours? Tell the shop within 7 days, it can be undone")
    said = "您的两张会员卡合成一张了"
    body = (
        f"{shop}把卡号 {gone} 并入了 {stays}：积分、储值和优惠券都过去了，{gone} 不能再登录。"
        "不是您的意思？请在 7 天内到店或打电话告诉我们，可以撤销。"
    )
    return Text(said, body, said, "不是您的意思？7 天内告诉店里，可以撤销")


def undone(language: str) -> Text:
    """Two cards are two again."""
    if language == "en":
        said = "Your cards are two again"
        return Text(
            said,
            "Points, balance and coupons are back on the card they came from.",
            said,
            "Everything is back where it was",
        )
    said = "会员卡合并撤销了"
    return Text(said, "积分、储值和优惠券都回到了原来的卡上。", said, "都回到了原来的卡上")
