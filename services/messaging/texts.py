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


def sale(language: str, *, amount: int, points: int, balance: int) -> Text:
    """After a sale: `amount` in fen, points earned and the balance they led to. The title has the amount, the body the news."""
    paid = f"¥{money.text(amount)}"
    if language == "en":
        earned = f"You earned {_counted(points)} and now have {balance}. " if points else ""
        return Text(f"Paid {paid}", f"{earned}Tap to see the receipt.", f"Paid {paid}", "Your receipt is here")
    earned = f"得 {points} 积分，现有 {balance} 积分。" if points else ""
    return Text(f"消费 {paid}", f"{earned}点开看小票。", f"消费 {paid}", "小票收好了，点开看看")


def points(language: str, *, amount: int, balance: int, reason: str) -> Text:
    """After points were given or taken by hand, with the reason that stands in the ledger."""
    signed = f"+{amount}" if amount > 0 else f"−{-amount}"
    if language == "en":
        done = f"The shop gave you {_counted(amount)}" if amount > 0 else f"The shop took back {_counted(-amount)}"
        said, now = f"Points {signed}", f"You have {balance} now"
        return Text(said, f"{done}: {reason}. {now}.", said, now)
    done = f"店里给您加了 {amount} 积分" if amount > 0 else f"店里扣了 {-amount} 积分"
    said, now = f"积分 {signed}", f"现有 {balance} 积分"
    return Text(said, f"{done}：{reason}。{now}。", said, now)


def written(language: str, *, shop: str, title: str, body: str) -> Text:
    """What somebody wrote by hand: nobody knows what it speaks of, so the lock screen says only whom it is from."""
    return Text(title, body, shop, "You have a new message" if language == "en" else "您有一条新消息，点开看看")


def test(language: str, *, shop: str) -> Text:
    """The test notification of a device."""
    if language == "en":
        return Text("It works", "This device receives notifications.", shop, "It works: this device gets notifications")
    return Text("收到了", "这台设备能收到通知。", shop, "收到了，这台设备能收通知")


def _counted(points: int) -> str:
    return f"{points} point" if points == 1 else f"{points} points"
