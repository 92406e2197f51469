"""Stored value in words: what a plan gives, what an entry was, how something was paid. The same in both apps."""

from collections.abc import Mapping
from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from services.shared import money
from services.shared.words import N_
from services.wallet.models import TopUpPlan
from services.wallet.queries import EntryView
from webapp.web import i18n

WAYS: Mapping[str, str] = {
    "cash": N_("现金"),
    "wechat": N_("微信"),
    "alipay": N_("支付宝"),
    "card": N_("银行卡"),
    "other": N_("其他"),
}
SIGNS: Mapping[str, str] = {
    "cash": "banknote", "wechat": "message-circle", "alipay": "smartphone", "card": "credit-card", "other": "ellipsis",
}  # fmt: skip
ENTRIES: Mapping[str, str] = {
    "spend": N_("消费"),
    "give_back": N_("退款退回"),
    "payout": N_("储值退款"),
    "adjust": N_("手动调整"),
    "transfer": N_("会员卡合并"),
    "opening": N_("旧系统带过来的"),
    "opening_undone": N_("导入撤销"),
}


def init_app(app: Flask) -> None:
    """Register the filters: `amount|yuan`, `kind|paid_by`, `kind|paid_by_sign`, `entry|entry_words`."""
    app.jinja_env.filters.update(
        yuan=yuan,
        paid_by=paid_by,
        paid_by_sign=lambda kind: SIGNS.get(kind, "coins"),
        entry_words=entry_words,
        gifts=gifts,
        tenths=tenths,
        signed_money=signed_money,
        whole_day=whole_day,
        store_label=lambda store, names: names.get(store, ""),
    )


def yuan(fen: int) -> str:
    """`¥300`, or `¥300.50`: as short as it can be said."""
    return f"¥{fen // 100}" if fen % 100 == 0 else f"¥{money.text(fen)}"


def signed_money(fen: int) -> str:
    """`+350.00`, `−58.00`, `0.00`: what an entry changed."""
    return f"{'+' if fen > 0 else '−' if fen < 0 else ''}{money.text(abs(fen))}"


def tenths(per_mille: int) -> str:
    """Per mille as per cent: `5`, `2.5`."""
    return f"{per_mille // 10}.{per_mille % 10}".removesuffix(".0")


def whole_day(moment: datetime) -> str:
    """`2026-11-22`, for papers that are kept."""
    return i18n.local(moment).date().isoformat()


def paid_by(kind: str) -> str:
    """现金, 微信 …"""
    return str(_(WAYS[kind])) if kind in WAYS else kind


def plan_words(plan: TopUpPlan, coupon: str = "") -> str:
    """充 ¥300 得 ¥350，另送 2 张满100减20、30 积分. `coupon` is the name of the coupon that comes with it."""
    return offer_words(plan.amount, plan.bonus, points=plan.points, coupons=plan.coupons, coupon=coupon)


def offer_words(amount: int, bonus: int, *, points: int = 0, coupons: int = 0, coupon: str = "") -> str:
    """The same, of figures that are no plan yet."""
    paid, credited = yuan(amount), yuan(amount + bonus)
    first = (
        _("充 %(amount)s 得 %(credited)s", amount=paid, credited=credited) if bonus else _("充 %(amount)s", amount=paid)
    )
    extra = gift_words(points=points, coupons=coupons, coupon=coupon)
    return str(_("%(what)s，另送 %(gifts)s", what=first, gifts=extra)) if extra else str(first)


def gift_words(*, points: int, coupons: int, coupon: str = "") -> str:
    """2 张满100减20、30 积分; empty when nothing comes with it."""
    gifts = []
    if coupons:
        gifts.append(ngettext("%(num)s 张%(name)s", "%(num)s 张%(name)s", coupons, name=coupon or _("优惠券")))
    if points:
        gifts.append(ngettext("%(num)s 积分", "%(num)s 积分", points))
    return str(_("、")).join(str(gift) for gift in gifts)


def gifts(plan: TopUpPlan, names: Mapping[int, str]) -> str:
    """What comes with a plan beside the bonus; `names` are those of coupon templates."""
    return gift_words(points=plan.points, coupons=plan.coupons, coupon=names.get(plan.template_id or 0, ""))


def entry_words(entry: EntryView) -> str:
    """What an entry of a wallet was: 充值 ¥300 送 ¥50, 消费 · 东湖店."""
    if entry.kind == "top_up":
        if entry.bonus:
            return str(_("充值 %(amount)s 送 %(bonus)s", amount=yuan(entry.principal), bonus=yuan(entry.bonus)))
        return str(_("充值 %(amount)s", amount=yuan(entry.principal)))
    words = str(_(ENTRIES[entry.kind])) if entry.kind in ENTRIES else entry.kind
    return f"{words} · {entry.store_name}" if entry.store_name and entry.kind in {"spend", "give_back"} else words
