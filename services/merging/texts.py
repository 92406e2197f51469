"""What a member is told about cards that became one, in both languages."""

from services.messaging.texts import Text


def merged(language: str, *, stays: str, gone: str) -> Text:
    """Two cards are one now; `stays` and `gone` are member numbers."""
    if language == "en":
        return Text("Your two cards are one now", f"Points, balance and coupons of card {gone} are on card {stays}. If this is wrong, tell the shop within 7 days.")
    return Text("您的两张会员卡合并好了", f"卡号 {gone} 的积分、储值和优惠券都并入了 {stays}。如果弄错了，请在 7 天内告诉店里。")


def undone(language: str) -> Text:
    """Two cards are two again."""
    if language == "en":
        return Text("Your cards are separate again", "The merge of your cards was undone. Points, balance and coupons are back where they were.")
    return Text("会员卡合并已撤销", "积分、储值和优惠券都回到了原来的卡上。")
