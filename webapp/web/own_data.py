"""What the shop knows of the member who asks, as JSON or as tables for people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from services.privacy import commands, queries
from services.shared import clock
from services.shared.limits import Rule
from services.shared.words import N_
from webapp.web import edge, i18n, people

MOST = Rule("own_data:member", most=10, seconds=3600)  # it reads everything there is

TABLES: Mapping[str, str] = {
    "profile": N_("资料"), "consents": N_("我同意过的"), "orders": N_("订单"), "lines": N_("订单明细"), "refunds": N_("退款"),
    "invoices": N_("发票"), "points": N_("积分"), "growth": N_("成长值"), "wallet": N_("储值"), "coupons": N_("优惠券"),
    "answers": N_("店里另外记的"), "forms": N_("填过的表单"),
    "messages": N_("消息"), "sessions": N_("登录的设备"), "devices": N_("会员码装到手机"), "passkeys": N_("通行密钥"),
    "household": N_("家人共用"),
    "interactions": N_("店员记下的互动"), "tags": N_("标签"), "habits": N_("购买习惯"),
    "children": N_("孩子"), "doses": N_("疫苗"), "pregnancies": N_("孕期"),
}  # fmt: skip


COLUMNS: Mapping[str, str] = {
    "address": N_("网络地址"), "amount": N_("数量"), "amount_paid": N_("实付"), "asked_at": N_("申请时间"), "balance_after": N_("之后余额"),
    "birthday_calendar": N_("生日历法"), "birthday_day": N_("生日（日）"), "birthday_leap": N_("闰月"), "birthday_month": N_("生日（月）"),
    "birthday_year": N_("生日（年）"), "body": N_("正文"), "bonus": N_("赠送金额"), "bonus_after": N_("之后赠送"), "browser": N_("浏览器"),
    "category": N_("类别"), "completed_at": N_("完成时间"), "created_at": N_("建立时间"), "due": N_("应付"), "email": N_("邮箱"),
    "expires_at": N_("到期时间"), "gender": N_("性别"), "given_at": N_("同意时间"), "issued_at": N_("发放时间"),
    "joined_at": N_("入会时间"),
    "kind": N_("种类"), "language": N_("语言"), "list_price": N_("原价"), "name": N_("名称"), "note": N_("备注"), "number": N_("编号"),
    "phone": N_("手机号"), "points_earned": N_("得到积分"), "points_spent": N_("用掉积分"), "principal": N_("本金"),
    "principal_after": N_("之后本金"), "quantity": N_("件数"), "read_at": N_("读过的时间"), "reason": N_("原因"),
    "redeemed_at": N_("使用时间"), "refund": N_("退款金额"), "refunded": N_("已退"), "revoked_at": N_("结束时间"),
    "seen_at": N_("上次使用"), "source": N_("来源"), "state": N_("状态"), "store": N_("门店"), "tax_number": N_("税号"),
    "title": N_("标题"), "used_at": N_("上次使用"), "version": N_("版本"), "way": N_("方式"), "wechat_id": N_("微信号"),
    "sex": N_("性别"), "born_on": N_("出生日期"), "calendar": N_("生日按"), "allergies": N_("过敏"), "quiet_at": N_("停止提醒的时间"),
    "child": N_("孩子"), "words": N_("内容"), "subject": N_("关于"), "label": N_("问题"), "value": N_("回答"),
    "code": N_("哪一剂"), "given_on": N_("接种日期"), "due_on": N_("预产期"), "ended_at": N_("结束时间"),
    "added_at": N_("打上的时间"), "visits": N_("来过几天"), "rhythm": N_("平均隔几天来"), "weekday": N_("常来星期（0 是周一）"),
    "hour": N_("常来钟点"), "orders_year": N_("近一年单数"), "spent_year": N_("近一年消费"),
    "role": N_("我是"), "other": N_("对方"), "kinship": N_("关系"), "shares_wallet": N_("共用储值"), "per_day": N_("一天最多"),
    "per_payment": N_("一次最多"), "shares_points": N_("共用积分"), "paused_at": N_("暂停时间"), "shared_since": N_("开始共用"),
    "withdrawn_at": N_("撤回时间"), "withdrawn_way": N_("撤回方式"), "at": N_("时间"), "form": N_("表单"),
}  # fmt: skip
Told = dict[str, list[dict[str, Any]]]


def take(form: str, collect: Callable[[Any, int], Told] = queries.collect_own_data) -> Told:
    """Everything, table by table; it counts, and is written down."""
    at, actor = clock.now(), edge.actor()
    edge.spend(MOST, actor.scope, at=at)
    told = collect(edge.read(), people.member().id)

    def note(session: Any) -> dict[str, Any]:
        commands.note_export(session, form, actor=actor, at=at)
        return {}

    edge.write(note, keyed=False)
    return told


def as_tables(told: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]]:
    """One table for each that holds anything, under a name in the reader's language, and so its columns."""
    return {
        _(TABLES[name]): ([_(COLUMNS[column]) for column in rows[0]], [list(row.values()) for row in rows])
        for name, rows in told.items()
        if rows
    }


def take_for_sheets() -> Told:
    """The same with values of their own kind: money in yuan, moments in the shop's zone."""
    told = take("xlsx", queries.collect_own_rows)
    return {
        name: [{key: _typed(key, value) for key, value in row.items()} for row in rows] for name, rows in told.items()
    }


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return i18n.local(value).replace(tzinfo=None, microsecond=0)  # spreadsheets know no zones
    return Decimal(value).scaleb(-2) if name in queries.MONEY and value is not None else value
