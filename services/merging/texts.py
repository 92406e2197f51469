"""What a member is told about cards that became one, in both languages."""

from services.messaging.texts import Text


def merged(language: str, *, stays: str, gone: str) -> Text:
    """Two cards are one now; `stays` and `gone` are member numbers."""
    if language == "en":
        said = "Your two cards are one now"
        body = f"Points, balance and coupons of card {gone} are on card {stays}. If this is wrong, tell the shop within 7 days."
        return Text(said, body, said, "Points, balance and coupons came along")
    said = "您的两张会员卡合成一张了"
    body = f"卡号 {gone} 的积分、储值和优惠券都并入了 {stays}。如果弄错了，请在 7 天内告诉店里。"
    return Text(said, body, said, "积分、储值和优惠券都在")


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
