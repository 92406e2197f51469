"""How coupons are spoken of on every page: what one is worth, where and when it holds, how long still, what became of it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from services.checkout.queries import ScopeNames, load_scope_names
from services.coupons.queries import HeldCoupon, terms_of
from services.coupons.rules import MINUTES, Kind, Scope, Terms
from services.shared import clock, days, money
from services.shared.words import N_
from webapp.web import edge, i18n, shop

KINDS = {
    Kind.THRESHOLD_OFF: N_("满减"),
    Kind.PERCENTAGE: N_("折扣"),
    Kind.CASH: N_("代金"),
    Kind.FREE_ITEM: N_("兑换"),
    Kind.TRIAL_PRICE: N_("体验"),
}
STATES = {
    "usable": N_("可使用"),
    "not_started": N_("还没开始"),
    "reserved": N_("另一单占用中"),
    "redeemed": N_("已使用"),
    "expired": N_("已过期"),
    "revoked": N_("已作废"),
}
TONES = {"usable": "success", "reserved": "warning", "not_started": "info"}
SOURCES = {
    "welcome": N_("开卡礼"),
    "manual": N_("店员发的"),
    "list": N_("批量发的"),
    "claim": N_("领券中心"),
    "public_code": N_("口令"),
    "top_up": N_("充值送"),
    "tier": N_("等级礼"),
    "birthday": N_("生日礼"),
    "monthly": N_("每月礼"),
    "gift": N_("礼品"),
    "campaign": N_("活动"),
    "form": N_("填表单送"),
    "automation": N_("自动发的"),
    "apology": N_("致歉"),
}
EVENTS = {
    "issue": N_("发券"),
    "reserve": N_("被一单占用"),
    "release": N_("不再占用"),
    "redeem": N_("核销"),
    "undo": N_("撤销核销"),
    "give_back": N_("退款退回"),
    "transfer": N_("转赠给朋友"),
    "merge": N_("会员卡合并"),
    "revoke": N_("作废"),
    "expire": N_("过期"),
}
WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
CHANNELS = {"counter": N_("到店"), "preorder": N_("预订")}
SOON = 7  # days before the end from which the countdown is in days
SHOWN = 3  # names that are read out


class Stub(NamedTuple):
    """The left of a ticket: a large value, its unit, and the condition below."""

    value: str
    unit: str
    condition: str


class End(NamedTuple):
    """How long it still holds; `soon` when that is a matter of days."""

    text: str
    soon: bool


def init_app(app: Flask) -> None:
    """Register the filters `terms|coupon_stub`, `held|coupon_end`, `template|coupon_terms`, and words for kinds and states."""
    app.jinja_env.filters.update(
        coupon_stub=stub,
        coupon_end=end,
        coupon_terms=terms_of,
        coupon_kind=lambda kind: _(KINDS[Kind(kind)]),
        coupon_state=lambda state: _(STATES[state]) if state in STATES else state,
        coupon_tone=lambda state: TONES.get(state, ""),
        coupon_source=lambda source: _(SOURCES[source]) if source in SOURCES else source,
        coupon_event=lambda kind: _(EVENTS[kind]) if kind in EVENTS else kind,
        coupon_scope=scope_line,
        coupon_rules=rule_lines,
        coupon_validity=validity_line,
    )


def names_of(things: Iterable[Terms]) -> ScopeNames:
    """The names that the scopes of these terms speak of."""
    return load_scope_names(edge.read(), [terms.scope for terms in things])


def yuan(fen: int) -> str:
    """20, 19.9: as it stands on a coupon."""
    return money.text(fen).rstrip("0").rstrip(".") if fen % 100 else str(fen // 100)


def stub(terms: Terms) -> Stub:
    """20元 满 100 可用, 8折 无门槛, 19.9元 体验价, 1份 兑换."""
    chinese = i18n.choose() == "zh"
    condition = str(_("满 %(yuan)s 可用", yuan=yuan(terms.threshold))) if terms.threshold else ""
    if terms.kind is Kind.PERCENTAGE:
        rate = f"{terms.pays / 100:g}" if chinese else f"{(1000 - terms.pays) / 10:g}%"
        return Stub(rate, "折" if chinese else "off", condition or str(_("无门槛")))
    if terms.kind is Kind.FREE_ITEM:
        return Stub("1", "份" if chinese else "pc", condition or str(_("兑换")))
    worth = yuan(terms.value) if chinese else f"¥{yuan(terms.value)}"
    plain = str(_("体验价")) if terms.kind is Kind.TRIAL_PRICE else str(_("无门槛"))
    return Stub(worth, "元" if chinese else "", condition or plain)


def end(held: HeldCoupon) -> End:
    """今天到期, 3 天后到期 · 11月24日, 有效到 12月5日, 11月25日起可用, 长期有效."""
    at, zone = clock.now(), shop.settings().zone
    if held.starts_at is not None and held.starts_at > at:
        return End(str(_("%(day)s起可用", day=i18n.day_words(held.starts_at))), False)
    if held.expires_at is None:
        return End(str(_("长期有效")), False)
    last = held.expires_at - timedelta(seconds=1)
    left = (days.local_day(last, zone) - days.local_day(at, zone)).days
    if left <= 0:
        return End(str(_("今天到期")), True)
    day = i18n.day_words(last)
    if left <= SOON:
        return End(
            ngettext("%(count)s 天后到期 · %(day)s", "%(count)s 天后到期 · %(day)s", left, count=left, day=day), True
        )
    return End(str(_("有效到 %(day)s", day=day)), False)


def scope_line(terms: Terms, names: ScopeNames) -> str:
    """One line for a list: 限提拉米苏、巴斯克，周一至周五；全场通用 where nothing narrows it."""
    parts = [*_goods(terms.scope, names), *_places(terms.scope, names), *_times(terms.scope)]
    if terms.kind is Kind.PERCENTAGE and terms.cap:
        parts.append(str(_("最多减 ¥%(yuan)s", yuan=yuan(terms.cap))))
    return str(_("，")).join(parts) if parts else str(_("全场通用"))


def rule_lines(terms: Terms, names: ScopeNames) -> list[str]:
    """Everything there is to know before using it, a sentence each."""
    lines = [*_goods(terms.scope, names), *_places(terms.scope, names), *_times(terms.scope)] or [str(_("全场通用"))]
    if terms.threshold:
        lines.append(str(_("符合条件的商品满 ¥%(yuan)s 才能用", yuan=yuan(terms.threshold))))
    if terms.kind is Kind.PERCENTAGE and terms.cap:
        lines.append(str(_("最多减 ¥%(yuan)s", yuan=yuan(terms.cap))))
    if terms.kind is Kind.CASH:
        lines.append(str(_("一次用完，不找零")))
    if terms.exclusive:
        lines.append(str(_("要单独用，不能和别的券一起")))
    elif terms.combines_with is not None:
        lines.append(str(_("一单只能用一张，和别的券一起用有限制")))
    if not terms.with_tier:
        lines.append(str(_("不和等级折扣同享，收银时自动选更省的")))
    if not terms.with_points:
        lines.append(str(_("不和积分抵扣同享")))
    return lines


def validity_line(template: Any) -> str:
    """领取后 7 天内有效, 11月25日–12月5日, 长期有效."""
    if template.valid_days:
        counted = _("领取后 %(days)s 天内有效", days=template.valid_days)
        return str(
            _("%(words)s，%(days)s 天后起用", words=counted, days=template.starts_after)
            if template.starts_after
            else counted
        )
    first, last = template.starts_on, template.ends_on
    if first and last:
        return f"{_day(first)}–{_day(last)}"
    if last:
        return str(_("有效到 %(day)s", day=_day(last)))
    return str(_("%(day)s起可用", day=_day(first))) if first else str(_("长期有效"))


def _day(day: Any) -> str:
    """Without the words for days near now: a template's days are dates."""
    chinese = i18n.choose() == "zh"
    return f"{day.month}月{day.day}日" if chinese else f"{day:%b} {day.day}"


def _named(ids: frozenset[int], names: dict[int, str]) -> str:
    found = [names[each] for each in sorted(ids) if each in names]
    shown = str(_("、")).join(found[:SHOWN])
    return shown if len(found) <= SHOWN else str(_("%(names)s等 %(count)s 种", names=shown, count=len(found)))


def _goods(scope: Scope, names: ScopeNames) -> list[str]:
    what = [_named(scope.products, names.products), _named(scope.categories, names.categories)]
    what = [each for each in what if each]
    return [str(_("限%(what)s", what=str(_("、")).join(what)))] if what else []


def _places(scope: Scope, names: ScopeNames) -> list[str]:
    found = []
    if scope.stores:
        found.append(str(_("仅%(stores)s可用", stores=_named(scope.stores, names.stores))))
    if scope.tiers:
        found.append(str(_("限%(tiers)s会员", tiers=_named(scope.tiers, names.tiers))))
    if len(scope.channels) == 1:
        found.append(str(_("仅限%(channel)s", channel=_(CHANNELS[min(scope.channels)]))))
    return found


def _times(scope: Scope) -> list[str]:
    found = []
    if scope.weekdays and len(scope.weekdays) < 7:
        found.append(_week(sorted(scope.weekdays)))
    if (scope.from_minute, scope.to_minute) != (0, MINUTES):
        found.append(f"{_minute(scope.from_minute)}–{_minute(scope.to_minute)}")
    return found


def _week(weekdays: Sequence[int]) -> str:
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return str(_("%(first)s至%(last)s", first=_(WEEKDAYS[weekdays[0]]), last=_(WEEKDAYS[weekdays[-1]])))
    return str(_("、")).join(str(_(WEEKDAYS[day])) for day in weekdays)


def _minute(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
