"""What an act in the audit log changed, in the reader's words: 价格 ¥28.00 → ¥32.00."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from services.audit.queries import EntryView
from services.household.rules import KINSHIPS
from services.shared.words import N_
from services.stores.settings import BY_NAME
from webapp.staff.role_words import ROLE_WORDS, permission_words
from webapp.staff.settings.values import in_words
from webapp.web import i18n, member_words
from webapp.web.template_words import flat_money

# Fields by the names under which commands write them down; one that stands in none of these tables is shown as it is.
LABELS: Mapping[str, str] = {
    "active": N_("启用"),
    "address": N_("地址"),
    "asked_by": N_("谁提的"),
    "amount": N_("金额"),
    "approvals": N_("审批记录"),
    "barcode": N_("条码"),
    "birthday_day": N_("生日的日"),
    "birthday_month": N_("生日的月"),
    "birthday_year": N_("生日的年"),
    "bonus": N_("赠送金"),
    "bonus_lost": N_("作废的赠送金"),
    "by_hand": N_("人工让利"),
    "cap": N_("最多减"),
    "cash": N_("现金"),
    "claimable": N_("放到领券中心"),
    "closes": N_("几点打烊"),
    "code": N_("编号"),
    "cost": N_("成本"),
    "columns": N_("列"),
    "counted": N_("点到的合计"),
    "coupons": N_("送几张券"),
    "day_most": N_("每天最多几条"),
    "description": N_("介绍"),
    "difference": N_("差额"),
    "deliveries": N_("推送记录"),
    "ends_on": N_("到哪天"),
    "exclusive": N_("单独用"),
    "failed": N_("没清理成"),
    "first": N_("从哪天"),
    "floor": N_("法定最低退款"),
    "format": N_("文件格式"),
    "gender": N_("性别"),
    "granted": N_("加上"),
    "how_to": N_("怎么用"),
    "kinship": N_("关系"),
    "key_id": N_("密钥编号"),
    "label": N_("放在哪里"),
    "language": N_("语言"),
    "last": N_("到哪天"),
    "launches_on": N_("上市日"),
    "list": N_("哪个列表"),
    "lines": N_("共几条"),
    "member_price": N_("会员价"),
    "messages": N_("会员的消息"),
    "month_most": N_("每月最多几条"),
    "name": N_("名称"),
    "note": N_("备注"),
    "number": N_("单号"),
    "opening_float": N_("备用金"),
    "opens": N_("几点开门"),
    "paid": N_("实付"),
    "parked_carts": N_("挂单记录"),
    "paid_back": N_("退款金额"),
    "pays": N_("折扣"),
    "per_day": N_("每天几张"),
    "per_member": N_("每人几次"),
    "phone": N_("手机号"),
    "picture": N_("图片"),
    "points": N_("积分"),
    "price": N_("价格"),
    "pricing": N_("怎么卖"),
    "principal": N_("本金"),
    "provider": N_("服务商"),
    "public_code": N_("口令"),
    "reason": N_("原因"),
    "region": N_("地域"),
    "role": N_("角色"),
    "scans": N_("扫码和确认的记录"),
    "scopes": N_("权限"),
    "secret": N_("密钥"),
    "sessions": N_("登录记录"),
    "sign_name": N_("签名"),
    "shares_points": N_("共用积分"),
    "shares_wallet": N_("共用储值"),
    "sku": N_("货号"),
    "sms_messages": N_("短信记录"),
    "sold_out": N_("售罄"),
    "source": N_("来源"),
    "stack_group": N_("属于哪一组"),
    "starts_after": N_("几天后起用"),
    "starts_on": N_("从哪天"),
    "stock": N_("总共几张"),
    "takes_coupons": N_("可以用券"),
    "takes_tier": N_("等级打折"),
    "taken": N_("去掉"),
    "template": N_("券"),
    "threshold": N_("满多少"),
    "total": N_("共几位"),
    "transferable": N_("可以转赠"),
    "undo_minutes": N_("几分钟内能撤销"),
    "until": N_("到什么时候"),
    "username": N_("用户名"),
    "valid_days": N_("有效几天"),
    "value": N_("金额"),
    "version": N_("隐私说明版本"),
    "wallet_per_day": N_("一天最多"),
    "wallet_per_payment": N_("一次最多"),
    "way": N_("方式"),
    "wechat_id": N_("微信号"),
    "why": N_("原因"),
    "welcome": N_("开卡礼"),
    "with_points": N_("和积分抵扣同享"),
    "with_tier": N_("和等级折扣同享"),
}
WAYS: Mapping[str, str] = {
    "api": N_("由系统接入"),
    "counter": N_("在柜台"),
    "import": N_("导入时"),
    "member_app": N_("在会员端"),
    "registration_page": N_("自己注册时"),
    "whole": N_("整单"),
    "lines": N_("按商品"),
    "amount": N_("按金额"),
    "void": N_("作废"),
    "staff": N_("店员出示"),
    "shown": N_("店员出示"),
    "request": N_("会员自己要的"),
    "sms": N_("短信"),
    "code": N_("登录码"),
    "passkey": N_("通行密钥"),
}
WHYS: Mapping[str, str] = {  # of services/signin/commands/cool_downs.py
    "new_phone": N_("新手机登录"),
    "new_number": N_("换了手机号"),
    "silence": N_("很久没来"),
}
# Numbers of rows, orders of lists and what only says again what the act's name says.
_UNSAID = {
    "birthday_calendar",
    "birthday_changed_at",
    "birthday_leap",
    "category_id",
    "from",
    "holder",
    "kind",
    "member",
    "order",
    "store_id",
    "stores",
    "template_id",
}
_MONEY = {
    "amount",
    "bonus",
    "bonus_lost",
    "by_hand",
    "cash",
    "difference",
    "floor",
    "member_price",
    "opening_float",
    "paid",
    "paid_back",
    "price",
    "principal",
    "cap",
    "cost",
    "counted",
    "value",
    "threshold",
    "wallet_per_day",
    "wallet_per_payment",
}
_LISTS = {"columns", "failed", "granted", "scopes", "taken"}  # never before and after
_LONG = 40  # characters; longer texts are named, not quoted


def told(entry: EntryView) -> list[str]:
    """One piece of text for each field that says something to people."""
    if entry.changes is None:
        return [str(_("会员已注销，内容按本人要求清除"))]
    return [_piece(name, change) for name, change in entry.changes.items() if name not in _UNSAID]


def _piece(name: str, change: Any) -> str:
    label = _label(name)
    if isinstance(change, list) and len(change) == 2 and name not in _LISTS:
        before, after = (_said(name, value) for value in change)
        if len(before) + len(after) > _LONG:
            return str(_("改了%(field)s", field=label))
        return f"{label} {before} → {after}"
    return f"{label} {_said(name, change)}"


def _label(name: str) -> str:
    setting = BY_NAME.get(name)
    return str(_(setting.label)) if setting else str(_(LABELS[name])) if name in LABELS else name


def _said(name: str, value: Any) -> str:
    setting = BY_NAME.get(name)
    if setting is not None:
        return in_words(setting, value) or "—"
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if name in _MONEY and isinstance(value, int):
        return flat_money(value)
    if name == "source":
        return member_words.source_words(str(value))
    if name == "gender":
        return member_words.gender_words(str(value))
    if name in {"granted", "taken"} and isinstance(value, list):
        return str(_("、")).join(map(permission_words, value))
    if name == "failed" and isinstance(value, list):
        return str(_("、")).join(map(_label, value))
    if isinstance(value, list):
        return str(_("、")).join(str(each) for each in value)
    if name == "until" and "T" in str(value):  # a moment; else a day, which reads as it is
        return i18n.long_moment(datetime.fromisoformat(value))
    words = {"kinship": KINSHIPS, "role": ROLE_WORDS, "way": WAYS, "why": WHYS}.get(name, {}).get(str(value))
    return str(_(words)) if words else str(value)
