"""What the shop says by itself about refunds and invoices, in both languages; the push form is neutral (domain.md, *Messages*)."""

from services.messaging.texts import Text
from services.orders.events import InvoiceAnswered, OrderHandedOver, OrderRefunded
from services.shared import money


def refund(language: str, event: OrderRefunded) -> Text:
    """After a refund: what came back, which points went and came, and a debt where there is one."""
    back = f"¥{money.text(event.amount)}"
    if language == "en":
        return Text(f"Refund {back}", _english(event), f"Refund {back}", "Tap to see what came back")
    return Text(f"退款 {back}", _chinese(event), f"退款 {back}", "点开看看退了什么")


def invoice(language: str, event: InvoiceAnswered) -> Text:
    """After a request for an invoice was answered, with the shop's own words where there are some."""
    issued = event.state == "issued"
    if language == "en":
        title = "Your invoice is ready" if issued else "No invoice this time"
        said = f"The invoice of {event.number} was issued." if issued else f"{event.number} could not be invoiced."
        return Text(title, f"{said} {event.note}".strip(), title, "Tap to read more")
    title = "发票开好了" if issued else "发票没开成"
    said = f"{event.number} 的发票开好了。" if issued else f"{event.number} 的发票没开成。"
    return Text(title, said + event.note, title, "点开看看")


def handover(language: str, event: OrderHandedOver, *, gets: bool) -> Text:
    """An order came to a member (`gets`), by a claim or because it was booked on somebody else; or went from one."""
    if not gets:
        return _gone(language, event)
    if language == "en":
        got = f"{event.points} points are yours, you have {event.points_after} now. " if event.points else ""
        title, push = "A purchase is yours now", "Tap to see the receipt"
        return Text(title, f"{got}{push}.", title, push)
    got = f"补得 {event.points} 积分，现有 {event.points_after} 积分。" if event.points else ""
    title, push = "有一单记到您名下了", "点开看小票"
    return Text(title, f"{got}{push}。", title, push)


def _gone(language: str, event: OrderHandedOver) -> Text:
    if language == "en":
        said = "A purchase on your card was not yours; the shop has put it right"
        taken = f" {event.points} points went with it." if event.points else ""
        owed = f" You had spent them: {event.debt} are owed." if event.debt else ""
        return Text(
            "An order was corrected", f"{said}.{taken}{owed}", "An order was corrected", "Tap to see your points"
        )
    taken = f"收回 {event.points} 积分。" if event.points else ""
    owed = f"这些积分已经用掉了，还欠 {event.debt}。" if event.debt else ""
    body = f"有一单不是您的消费，记错了，已经改正。{taken}{owed}"
    return Text("有一单记错了，已改正", body, "有一单记错了，已改正", "点开看看积分")


def _chinese(event: OrderRefunded) -> str:
    words = ["订单已作废，" if event.way == "void" else "", f"退回 ¥{money.text(event.amount)}。"]
    if event.points_returned:
        words.append(f"退回用掉的 {event.points_returned} 积分。")
    if event.points_taken_back:
        words.append(f"收回得到的 {event.points_taken_back} 积分。")
    if event.debt:
        words.append(f"这些积分已经用掉了，还欠 {event.debt}，下次得到的先还。")
    return "".join(words)


def _english(event: OrderRefunded) -> str:
    words = [f"¥{money.text(event.amount)} came back to you."]
    if event.way == "void":
        words.append("The order was voided.")
    if event.points_returned:
        words.append(f"You have the {event.points_returned} points back that you spent.")
    if event.points_taken_back:
        words.append(f"The {event.points_taken_back} points it earned were taken back.")
    if event.debt:
        words.append(f"You had spent them: {event.debt} are owed and come off the next you earn.")
    return " ".join(words)
