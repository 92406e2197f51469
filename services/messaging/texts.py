"""What the shop says by itself, in both languages. The push form is neutral: it stands on a lock screen (domain.md, *Messages*)."""

from dataclasses import dataclass
from datetime import datetime

from services.shared import money


@dataclass(frozen=True)
class Text:
    """Title and body for the inbox, and the short form for a push."""

    title: str
    body: str
    push_title: str
    push_body: str


def sale(language: str, *, amount: int, points: int, balance: int, days: int = 0) -> Text:
    """After a sale: `amount` in fen, points earned and the balance they led to. The title has the amount, the body the news.

    `days`: so long the points are pending.
    """
    paid = f"¥{money.text(amount)}"
    if language == "en":
        then = f"; they count in {days} days. " if days else f" and now have {balance}. "
        earned = f"You earned {_counted(points)}{then}" if points else ""
        return Text(f"Paid {paid}", f"{earned}Tap to see the receipt.", f"Paid {paid}", "Your receipt is here")
    then = f"{days} 天后到账。" if days else f"现有 {balance} 积分。"
    earned = f"得 {points} 积分，{then}" if points else ""
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


def birth_asked(language: str) -> Text:
    """The due date is over: asked once, without a word on a lock screen (domain.md, *Messages*), and stopped with one tap."""
    if language == "en":
        body = (
            "If you like, note it under Family, and we go on from there. "
            "If you would rather not hear of it, one tap there stops it for good."
        )
        return Text("How are you?", body, "A message for you", "Tap to read")
    body = "方便的时候，可以在「家庭」里记一笔，后面的提醒会跟着变。不想再收到这类消息，在那里点一下就停，不用说原因。"
    return Text("最近还好吗？", body, "您有一条新消息", "点开看看")


def withdrawal_noted(language: str) -> Text:
    """Somebody at the shop wrote down that the member takes a consent back."""
    if language == "en":
        said = "A consent of yours was withdrawn"
        body = "The shop wrote down that you take it back. Was it not you? Give it again here, and tell the shop."
        return Text(said, body, said, "Tap to see which")
    said = "店里记下您撤回了一项同意"
    return Text(said, "不是您要求的？可以在这里重新同意，也请告诉门店。", said, "点开看看是哪一项")


def spending_asked(language: str, *, shop: str, most: int) -> Text:
    """A counter asks whether up to `most` fen of what the member holds may be used."""
    amount = f"¥{money.text(most)}"
    if language == "en":
        said = "Please confirm at the counter"
        return Text(
            said, f"{shop} would like to use up to {amount} of your wallet, points or coupons.", said, "Tap to answer"
        )
    said = "请确认这次使用"
    return Text(said, f"{shop}想使用您的储值、积分或券，最多 {amount}。点开确认。", said, "收银台在等您确认，点开看看")


def spending_code(language: str, *, shop: str, digits: str, most: int) -> Text:
    """The code that the member says at the counter; the lock screen shows it, as an SMS would."""
    amount = f"¥{money.text(most)}"
    if language == "en":
        said = f"Code {digits}"
        body = f"Tell it to {shop}'s cashier to use up to {amount} of yours. Valid for 10 minutes. Tell nobody else."
        return Text(said, body, said, "For the cashier only, valid for 10 minutes")
    said = f"确认码 {digits}"
    body = f"告诉{shop}的收银员，同意使用您的储值、积分或券，最多 {amount}。10 分钟内有效，别告诉其他人。"
    return Text(said, body, said, "只告诉收银员，10 分钟内有效")


def merging_code(language: str, *, shop: str, digits: str, number: str) -> Text:
    """The code by which a member agrees that this card becomes part of another, `number`."""
    if language == "en":
        said = f"Code {digits}"
        body = (
            f"Tell it to {shop} only if card {number} is yours too: everything on this card, also the phone to sign in with, goes to that "
            "one. Valid for 10 minutes. Tell nobody else."
        )
        return Text(said, body, said, "To merge two cards of yours. Not you? Tell nobody")
    said = f"确认码 {digits}"
    body = f"{shop}要把您这张卡并入 {number}：积分、储值、优惠券都会过去，这张卡不能再登录。那张也是您的卡，才告诉店员；10 分钟内有效。"
    return Text(said, body, said, "用来合并您的两张会员卡；不是您本人，请别告诉任何人")


def spending_overridden(language: str, *, shop: str, most: int) -> Text:
    """A manager answered in the member's place."""
    amount = f"¥{money.text(most)}"
    if language == "en":
        said = "The shop confirmed for you"
        body = f"A manager of {shop} agreed for you that up to {amount} of yours is used. Not you? Tell the shop."
        return Text(said, body, said, "Tap to see what it is about")
    said = "店长替您做了确认"
    body = f"{shop}的店长替您同意了这次使用，最多 {amount}。不是您本人？请联系店里。"
    return Text(said, body, said, "点开看看是什么事")


def signed_in_by_staff(language: str, *, when: datetime, device: str) -> Text:
    """Somebody came in with a code that staff showed: `when` is the shop's time, `device` as people know it."""
    if language == "en":
        said, about = "New sign-in to your account", f"{when:%B} {when.day}, {when:%H:%M}, {device or 'unknown device'}"
        body = f"Someone signed in with a code that our staff showed ({about}). Not you? Tell the shop."
        return Text(said, body, said, "Not you? Tap to see")
    said, about = "有新设备登录了您的账号", f"{when.month}月{when.day}日 {when:%H:%M}，{device or '未知设备'}"
    body = f"有人用店员给的登录码登录了您的账号（{about}）。不是您本人？请联系门店。"
    return Text(said, body, said, "不是您本人？点开看看")


def passkey_added(language: str, *, when: datetime, name: str) -> Text:
    """Another passkey opens the account, called `name`; `when` is the shop's time."""
    if language == "en":
        said, about = "A passkey was added to your account", f"{name}, {when:%B} {when.day}, {when:%H:%M}"
        body = f"From now on it signs in to your account ({about}). Not you? Remove it and tell the shop."
        return Text(said, body, said, "Not you? Tap to see")
    said, about = "您的账号加了一个通行密钥", f"{name}，{when.month}月{when.day}日 {when:%H:%M}"
    body = f"以后用它就能登录您的账号（{about}）。不是您本人？请马上删掉，并联系门店。"
    return Text(said, body, said, "不是您本人？点开看看")


_STAFF_WAYS = {  # what happened to an account of staff: Chinese, English
    "second_step_on": ("打开了两步登录", "turned two-step sign-in on"),
    "second_step_off": ("关掉了两步登录", "turned two-step sign-in off"),
    "codes_made": ("做了新的恢复码，旧的作废了", "made new recovery codes; the old ones have ended"),
    "code_used": ("用掉了一个恢复码", "used a recovery code"),
    "code_shown": ("有了一个换密码的码，店长刚出示的", "was shown a code for a new password"),
    "recovered": (
        "用恢复码换了密码，所有设备都退出了",
        "set a new password with a recovery code; every device was signed out",
    ),
}


def staff_way(language: str, *, what: str, who: str, when: datetime) -> Text:
    """How somebody of staff comes in is another; `what` as in the event, `when` is the shop's time."""
    chinese, english = _STAFF_WAYS[what]
    if language == "en":
        body = f"{who} {english} ({when:%B} {when.day}, {when:%H:%M}). Not you? Set a new password at once."
        return Text(f"{who} {english}", body, f"{who} {english}", "Not you? Tap to see")
    body = f"{who}{chinese}（{when.month}月{when.day}日 {when:%H:%M}）。不是本人？请马上重设密码。"
    return Text(f"{who}{chinese}", body, f"{who}{chinese}", "不是本人？点开看看")


def sms_budget(language: str, *, shop: str, percent: int, count: int, most: int, monthly: bool) -> Text:
    """To the owner: so many percent of the messages that a day (or month) may cost are used."""
    full = percent >= 100
    if language == "en":
        span = "month" if monthly else "day"
        said = f"SMS: the budget of this {span} is {'used up' if full else '80% used'}"
        body = f"{count} of {most} messages. " + ("No more codes are sent." if full else "Codes still go out.")
        return Text(said, body, shop, said)
    span = "本月" if monthly else "今天"
    said = f"短信预算{span}{'用完了' if full else '用掉 80% 了'}"
    body = f"已发 {count} 条，预算 {most} 条。" + ("不会再发登录码，请店员出示。" if full else "还在照常发。")
    return Text(said, body, shop, said)


def codes_guessed(language: str, *, shop: str, who: str, count: int) -> Text:
    """To the owner: somebody at a counter tries member codes that nobody's phone has made."""
    if language == "en":
        said = "Somebody is guessing member codes"
        return Text(said, f"{count} wrong codes within an hour, scanned by {who}. Stopped for now.", shop, said)
    said = "有人在猜会员码"
    return Text(said, f"{who}一小时内扫了 {count} 个认不出的会员码，已经拦下。", shop, said)


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
