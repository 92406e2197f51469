"""What the shop says by itself about refunds, in both languages; the push form is neutral (domain.md, *Messages*)."""

from services.messaging.texts import Text
from services.orders.events import OrderRefunded
from services.shared import money


def refund(language: str, event: OrderRefunded) -> Text:
    """After a refund: what came back, which points went and came, and a debt where there is one."""
    back = f"¥{money.text(event.amount)}"
    if language == "en":
        return Text(f"Refund {back}", _english(event), f"Refund {back}", "Tap to see what came back")
    return Text(f"退款 {back}", _chinese(event), f"退款 {back}", "点开看看退了什么")


def _chinese(event: OrderRefunded) -> str:
    words = ["订单已作废，" if event.way == "void" else ""]
    words.append(f"{event.number.rsplit('-R', 1)[0]} 退回 ¥{money.text(event.amount)}。")
    if event.points_returned:
        words.append(f"退回用掉的 {event.points_returned} 积分。")
    if event.points_taken_back:
        words.append(f"收回得到的 {event.points_taken_back} 积分。")
    if event.debt:
        words.append(f"这些积分已经用掉了，还欠 {event.debt}，下次得到的先还。")
    return "".join(words)


def _english(event: OrderRefunded) -> str:
    words = [f"¥{money.text(event.amount)} came back for {event.number.rsplit('-R', 1)[0]}."]
    if event.way == "void":
        words.append("The order was voided.")
    if event.points_returned:
        words.append(f"You have the {event.points_returned} points back that you spent.")
    if event.points_taken_back:
        words.append(f"The {event.points_taken_back} points it earned were taken back.")
    if event.debt:
        words.append(f"You had spent them: {event.debt} are owed and come off the next you earn.")
    return " ".join(words)
