"""What the shop says about stored value, in both languages. The push form is neutral: no balance stands on a lock screen."""

from services.messaging.texts import Text
from services.shared import money


def topped_up(language: str, *, credited: int, bonus: int, points: int, coupons: int, balance: int) -> Text:
    """After a top-up: what can be spent of it, what came on top, and what there is now (fen)."""
    if language == "en":
        extra = [f"¥{money.text(bonus)} is a bonus"] if bonus else []
        gifts = [_counted(coupons, "coupon")] * bool(coupons) + [_counted(points, "point")] * bool(points)
        extra += [f"you also get {' and '.join(gifts)}"] if gifts else []
        told = f"{_sentence(', '.join(extra))} " if extra else ""
        title = f"¥{money.text(credited)} added to your wallet"
        return Text(title, f"{told}You have ¥{money.text(balance)} now.", "Your wallet was topped up", "Tap to see it")
    extra = [f"其中赠送 ¥{money.text(bonus)}"] if bonus else []
    extra += [f"另得 {coupons} 张优惠券"] if coupons else []
    extra += [f"{'' if coupons else '另得 '}{points} 积分"] if points else []
    told = "，".join(extra) + "。" if extra else ""
    title = f"充值到账 ¥{money.text(credited)}"
    return Text(title, f"{told}现有储值 ¥{money.text(balance)}。", "充值到账了", "点开看看")


def paid_out(language: str, *, amount: int, tender: str, reason: str) -> Text:
    """After stored value went back to the member: how much, and by which way."""
    if language == "en":
        title = f"¥{money.text(amount)} paid back to you"
        return Text(title, f"By {_WAYS_EN[tender]}. Reason: {reason}.", "A refund from your wallet", "Tap to see it")
    title = f"储值退款 ¥{money.text(amount)}"
    return Text(title, f"退到{_WAYS[tender]}，原因：{reason}。", "储值退款办好了", "点开看看")


def adjusted(language: str, *, amount: int, balance: int, reason: str) -> Text:
    """After a wallet was corrected by hand, with the reason that stands in the ledger."""
    sum_ = money.text(abs(amount))
    if language == "en":
        title = f"The shop {'added' if amount > 0 else 'took back'} ¥{sum_}"
        told = f"Reason: {reason}. You have ¥{money.text(balance)} now."
        return Text(title, told, "Your wallet has changed", "Tap to see why")
    title = f"店里{'补给您' if amount > 0 else '扣了'} ¥{sum_} 储值"
    return Text(title, f"原因：{reason}。现有储值 ¥{money.text(balance)}。", "储值余额有变动", "点开看看原因")


def spent(language: str, *, amount: int, balance: int) -> str:
    """A sentence for the message about a sale: what the wallet paid of it and what it holds now (fen)."""
    if language == "en":
        return f"¥{money.text(amount)} came from your wallet, ¥{money.text(balance)} is left. "
    return f"储值付了 ¥{money.text(amount)}，还有 ¥{money.text(balance)}。"


def given_back(language: str, *, amount: int, balance: int) -> str:
    """A sentence for the message about a refund: what went back into the wallet and what it holds now (fen)."""
    if language == "en":
        return f"¥{money.text(amount)} went back to your wallet, which holds ¥{money.text(balance)} now. "
    return f"¥{money.text(amount)} 退回储值，现有 ¥{money.text(balance)}。"


_WAYS = {"cash": "现金", "wechat": "微信", "alipay": "支付宝", "card": "银行卡", "other": "其他方式"}
_WAYS_EN = {"cash": "cash", "wechat": "WeChat", "alipay": "Alipay", "card": "bank card", "other": "another way"}


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
