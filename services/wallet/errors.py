"""Refusals of the wallet."""

from services.shared.refusals import Invalid, NotFound, Refusal
from services.shared.words import N_


class WalletInsufficient(Refusal):
    """There is less in the wallet than is to be spent."""

    code = "wallet_insufficient"
    text = N_("储值余额不够")


class OverCap(Invalid):
    """A named prepaid card holds at most the legal cap (facts.md §3.2). `room` is what still fits, as money in words."""

    code = "wallet_over_cap"

    def __init__(self, field: str, *, cap: str, room: str) -> None:
        words = N_("充完会超过储值上限 ¥%(cap)s，最多还能再存 ¥%(room)s")
        super().__init__({field: [N_("超过储值上限了")]}, self.code, words, cap=cap, room=room)


class CapByMerge(Refusal):
    """Two cards hold more together than one may (facts.md §3.2); both as money in words."""

    code = "wallet_over_cap"
    text = N_("两张卡一共有 ¥%(held)s，一张卡最多存 ¥%(cap)s，先用掉或退掉一些再合并")

    def __init__(self, *, held: str, cap: str) -> None:
        super().__init__(held=held, cap=cap)


class PlanNotFound(NotFound):
    """There is no such top-up plan."""

    code = "top_up_plan_not_found"
    text = N_("没有这个充值方案")


class PlanUnavailable(Invalid):
    """The plan is not offered here, not any more, or not to this member again."""

    code = "top_up_plan_unavailable"

    def __init__(self, words: str) -> None:
        super().__init__({"plan": [words]}, self.code, words)


class TopUpNotFound(NotFound):
    """There is no such top-up, or the caller may not see it."""

    code = "top_up_not_found"
    text = N_("没有这笔充值")


class PayoutNotFound(NotFound):
    """There is no such payout, or the caller may not see it."""

    code = "payout_not_found"
    text = N_("没有这笔退款")


class NothingToPayOut(Refusal):
    """No principal is left in what was chosen."""

    code = "nothing_to_pay_out"
    text = N_("没有可以退的本金")


class SheetChanged(Refusal):
    """The wallet has moved since the refund sheet was looked at."""

    code = "sheet_changed"
    text = N_("余额刚有变动，请重新核对再退")
