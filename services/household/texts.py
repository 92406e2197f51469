"""What the shop says about households by itself, in both languages. The push form is neutral: no name, no amount on a lock screen."""

from services.messaging.texts import Text
from services.shared import money

_KIN = {"spouse": "配偶", "grandparent": "爷爷奶奶/外公外婆", "other": "家人"}
_KIN_EN = {"spouse": "spouse", "grandparent": "grandparent", "other": "family"}


def paid(language: str, *, name: str, kinship: str, amount: int, points: int, store: str, left: int | None) -> Text:
    """To the holder: somebody of the household used `amount` fen and `points` of theirs at a store; `left` fen are in the wallet."""
    if language == "en":
        used = [f"¥{money.text(amount)} of your wallet"] * bool(amount) + [f"{points} of your points"] * bool(points)
        body = f"{name} ({_KIN_EN[kinship]}) used {' and '.join(used)} at {store}."
        now = f" ¥{money.text(left)} is left." if left is not None else ""
        title = f"Family paid ¥{money.text(amount)}" if amount else "Family used your points"
        end = " Not right? Pause it under Me, Shared with family."
        return Text(title, body + now + end, "Your family used your account", "Tap to see it")
    used = [f"储值 ¥{money.text(amount)}"] * bool(amount) + [f"{points} 积分"] * bool(points)
    body = f"{name}（{_KIN[kinship]}）在{store}用了您的{'和'.join(used)}。"
    now = f"储值还有 ¥{money.text(left)}。" if left is not None else ""
    title = f"家人付了 ¥{money.text(amount)}" if amount else "家人用了您的积分"
    return Text(title, body + now + "不对？在「我的 · 家人共用」里可以马上暂停。", "家人用了您的账户", "点开看看")


def asked(language: str, *, name: str) -> str:
    """To the holder, where a counter asks: who wants to pay."""
    return f"{name} of your family is paying in the shop" if language == "en" else f"家人 {name} 在店里付款"


def returned(language: str, *, name: str, amount: int, points: int, balance: int | None) -> Text:
    """To the holder: what came back of a purchase of somebody of the household; `points` are signed."""
    if language == "en":
        body = f"{name}'s purchase was refunded."
        body += f" ¥{money.text(amount)} is back in your wallet, which holds ¥{money.text(balance or 0)}." * bool(
            amount
        )
        body += f" Points {points:+d}." if points else ""
        title = f"Family refund ¥{money.text(amount)}" if amount else "Points after a family refund"
        return Text(title, body, "A change to your account", "Tap to see it")
    body = f"{name}的一单退款了。"
    body += f"¥{money.text(amount)} 退回您的储值，现有 ¥{money.text(balance or 0)}。" * bool(amount)
    body += f"积分 {points:+d}。".replace("-", "−") if points else ""
    title = f"家人退款 ¥{money.text(amount)}" if amount else "家人退款，积分有变动"
    return Text(title, body, "您的账户有变动", "点开看看")


def used(language: str, *, amount: int) -> str:
    """A sentence for the message to who bought: what the household paid of it (fen). Nothing of the holder's balance."""
    if language == "en":
        return f"¥{money.text(amount)} came from your family's wallet. "
    return f"家人的储值付了 ¥{money.text(amount)}。"


def given_back(language: str, *, amount: int) -> str:
    """The same for a refund."""
    if language == "en":
        return f"¥{money.text(amount)} went back to your family's wallet. "
    return f"¥{money.text(amount)} 退回家人的储值。"


_TO_HOLDER = {  # what somebody else did: Chinese, English
    "joined": ("{name}加入了，可以用您的账户", "{name} has joined and can use your account"),
    "left": ("{name}退出了，不再用您的账户", "{name} has left and no longer uses your account"),
    "removed": ("店里把{name}移出了家人共用", "The shop took {name} out of your household"),
}
_TO_PERSON = {
    "changed": ("{name}改了给您的额度", "{name} changed your limits"),
    "paused": ("{name}暂停了和您的共用", "{name} has paused sharing with you"),
    "resumed": ("{name}恢复了和您的共用", "{name} shares with you again"),
    "removed": ("您不再共用{name}的账户", "You no longer share {name}'s account"),
}


def changed(language: str, *, what: str, name: str, to_holder: bool) -> Text:
    """To the one side what the other did; `what` as in the event."""
    chinese, english = (_TO_HOLDER if to_holder else _TO_PERSON)[what]
    if language == "en":
        said = english.format(name=name)
        return Text(said, "Details under Me, Shared with family.", "Shared with family", "Tap to see what changed")
    return Text(chinese.format(name=name), "在「我的 · 家人共用」里能看到。", "家人共用有变动", "点开看看")
