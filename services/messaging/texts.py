"""What the shop says by itself, in both languages. The push form is neutral: it stands on a lock screen (domain.md, *Messages*)."""

from dataclasses import dataclass

from services.shared import money


@dataclass(frozen=True)
class Text:
    """Title and body for the inbox, and the short form for a push."""

    title: str
    body: str
    push_title: str
    push_body: str


def sale(language: str, *, shop: str, amount: int, points: int, balance: int) -> Text:
    """After a sale: `amount` in fen, points earned and the balance they led to."""
    paid = f"¥{money.text(amount)}"
    if language == "en":
        earned = f" You earned {points} points and now have {balance}." if points else ""
        body = f"You paid {paid} at {shop}.{earned} Tap to see the receipt."
        return Text(f"Paid {paid}", body, f"Paid {paid}", "Your receipt is here")
    earned = f"，得 {points} 积分，现有 {balance} 积分" if points else ""
    return Text(f"消费 {paid}", f"在{shop}消费 {paid}{earned}。点开看小票。", f"消费 {paid}", "小票收好了，点开看看")


def written(language: str, *, title: str, body: str) -> Text:
    """What somebody wrote by hand: the lock screen shows the title alone."""
    return Text(title, body, title, "Tap to read" if language == "en" else "点开看看")


def test(language: str, *, shop: str) -> Text:
    """The test notification of a device."""
    if language == "en":
        return Text("It works", "This device receives notifications.", shop, "It works: this device gets notifications")
    return Text("收到了", "这台设备能收到通知。", shop, "收到了，这台设备能收通知")
