"""What the shop says about points and levels by itself, in both languages. Growth comes in hundredths, days as dates."""

from datetime import date

from services.messaging.texts import Text
from services.shared import money


def points_end(language: str, *, points: int, day: date) -> Text:
    """Some days before points expire; `day` is the last on which they can be used."""
    if language == "en":
        said = f"{points} points end on {day:%b} {day.day}"
        return Text(said, "Use them on your next visit: they lower what you pay.", said, "Use them on your next visit")
    said = f"{points} 积分 {day.month}月{day.day}日到期"
    return Text(said, "下次来店可以直接抵钱，别浪费了。", said, "下次来店可以直接抵钱")


def points_ended(language: str, *, points: int, balance: int) -> Text:
    """After points reached their end."""
    if language == "en":
        said, now = f"{points} points have ended", f"You have {balance} now"
        return Text(said, f"They had reached their end. {now}.", said, now)
    said, now = f"{points} 积分到期了", f"现有 {balance} 积分"
    return Text(said, f"到了有效期没用完。{now}。", said, now)


def tier_up(language: str, *, name: str, benefits: str) -> Text:
    """A level was reached; `benefits` in the reader's words."""
    if language == "en":
        return Text(
            f"You are {name} now",
            f"From now on: {benefits}." if benefits else "Thank you!",
            f"You are {name} now",
            "Thank you for coming",
        )
    body = f"从现在起：{benefits}。" if benefits else "谢谢您一直来。"
    return Text(f"升级啦：{name}", body, f"升级啦：{name}", "谢谢您一直来")


def tier_down(language: str, *, before: str, name: str, removed: bool) -> Text:
    """A level was lost at the review, or is there no more; `name` is the one after it, empty for none."""
    if language == "en":
        why = "The shop has changed its levels" if removed else f"The year as {before} is over"
        return Text(
            f"Your level is {name} now" if name else "Your level has ended",
            f"{why}. Your points and coupons stay.",
            "Your level has changed",
            "Tap to see",
        )
    why = "店里调整了等级" if removed else f"「{before}」的一年到了"
    now = f"现在是「{name}」" if name else "现在是普通会员"
    return Text(
        f"等级有变化：{name or '普通会员'}", f"{why}，{now}。积分和优惠券都不变。", "您的等级有变化", "点开看看"
    )


def tier_kept(language: str, *, name: str, day: date) -> Text:
    """The level holds for another year, until `day`."""
    if language == "en":
        return Text(
            f"You stay {name}",
            f"Until {day:%b} {day.day}, {day.year}. Thank you!",
            f"You stay {name}",
            "For another year",
        )
    return Text(
        f"「{name}」保住了", f"到 {day.year}年{day.month}月{day.day}日，谢谢您一直来。", f"「{name}」保住了", "又是一年"
    )


def tier_warned(language: str, *, name: str, missing: int, by_points: bool, day: date) -> Text:
    """The level ends on `day` unless what is missing (growth, in hundredths) is made up for."""
    amount = money.text(missing).removesuffix(".00")
    if language == "en":
        more = f"Earn {amount} points" if by_points else f"Spend ¥{amount}"
        body = f"{more} by {day:%b} {day.day} and you stay {name}."
        return Text(f"Your year as {name} is ending", body, f"Your year as {name} is ending", "Tap to see")
    more = f"得 {amount} 积分" if by_points else f"消费 ¥{amount}"
    body = f"{day.month}月{day.day}日前再{more}，就能保住「{name}」。"
    return Text(f"「{name}」快到期了", body, f"「{name}」快到期了", "点开看看")


def gift(language: str, *, name: str, birthday: bool) -> Text:
    """A coupon that a level brings: once a month, or for the birthday."""
    if language == "en":
        said = "A birthday gift for you" if birthday else "This month's coupon is here"
        return Text(said, f"{name}. It is in your wallet; show your code when you come.", said, "Tap to see")
    said = "送您一份生日礼" if birthday else "这个月的券到了"
    return Text(said, f"「{name}」，已经放进卡包，来店出示会员码就能用。", said, "点开看看")


def benefits(language: str, *, pays: int, multiplier: int, wallet_bonus: int, early_days: int) -> str:
    """What a level brings, in one line (9 折、1.5 倍积分); coupons are told when they come. Figures as in the tiers table."""
    english = language == "en"
    found = []
    if pays < 1000:
        off, fold = _plain(1000 - pays, 10), _plain(pays, 100)
        found.append(f"{off}% off" if english else f"{fold} 折")
    if multiplier != 100:
        times = _plain(multiplier, 100)
        found.append(f"{times}× points" if english else f"{times} 倍积分")
    if wallet_bonus:
        more = _plain(wallet_bonus, 10)
        found.append(f"{more}% extra on top-ups" if english else f"储值多送 {more}%")
    if early_days:
        found.append(f"new products {early_days} days early" if english else f"新品早 {early_days} 天买")
    return (", " if english else "、").join(found)


def _plain(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    return f"{whole}.{str(rest).rjust(len(str(unit)) - 1, '0').rstrip('0')}" if rest else str(whole)
