"""The files of a minors' audit package: a page to read, and the same tables as a workbook, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from services.privacy.queries import Package
from services.shared.words import N_
from services.stores.settings import BY_NAME
from webapp.staff.audit_words import words_of
from webapp.staff.role_words import GROUPS, role_name
from webapp.web import i18n, shop, spreadsheets

TITLES: Mapping[str, str] = {
    "counts": N_("有多少"), "consents": N_("监护人的同意"), "accesses": N_("谁看过"), "deletions": N_("删除了多少"),
    "exports": N_("导出"), "incidents": N_("不是本人的报告"), "people": N_("谁能看"),
    "tokens": N_("哪些接口令牌能看"), "retention": N_("保留多久"),
}  # fmt: skip
HEADS: Mapping[str, str] = {
    "what": N_("项目"), "count": N_("数量"), "version": N_("说明的版本"), "given": N_("这一年同意"), "withdrawn": N_("这一年撤回"),
    "erased": N_("这一年因注销结束"), "holding": N_("年底有效"), "at": N_("时间"), "who": N_("谁"), "record": N_("记录代号"),
    "role": N_("角色"), "may": N_("能做什么"), "token": N_("接口令牌"), "stores": N_("门店"), "made_by": N_("谁新建的"),
}  # fmt: skip
COUNTED: Mapping[str, str] = {
    "children": N_("家里记下的孩子"), "under_14": N_("未满 14 岁的会员"), "under_18": N_("14 到 17 岁的会员"),
    "unknown": N_("没有填出生年份的会员（不知道年龄）"), "members": N_("注销的会员（注销后不再知道年龄）"),
    "with_children": N_("注销时有监护人同意的会员"),
}  # fmt: skip
PEOPLE: Mapping[str, str] = {
    "member": N_("会员本人"), "public": N_("没有登录的人"), "system": N_("系统"),
}  # fmt: skip
Told = dict[str, tuple[list[str], list[list[object]]]]


def files_of(package: Package, at: datetime) -> dict[str, bytes]:
    """What is in the zip: `index.html` and `tables.xlsx`."""
    told = tables_of(package)
    page = render_template(
        "staff/privacy/package.html",
        package=package,
        made_at=i18n.local(at),
        shop_name=shop.settings()["shop.name"],
        person=shop.settings()["privacy.officer"],
        tables=told,
    )
    return {"index.html": page.encode(), "tables.xlsx": spreadsheets.workbook(told)}


def tables_of(package: Package) -> Told:
    """Each table under its title: heads and rows in words."""
    return {_(TITLES[name]): _table(rows) for name, rows in package.tables.items()}


def _table(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[object]]]:
    if not rows:
        return [_("没有记录")], []
    return [_(HEADS[name]) for name in rows[0]], [[_told(name, row[name]) for name in row] for row in rows]


def _told(name: str, value: Any) -> object:
    if isinstance(value, datetime):
        return i18n.local(value).replace(tzinfo=None, microsecond=0)
    if name == "may":
        words = {key: text for group in GROUPS.values() for key, text in group.items()}
        return _("、").join(_(words[each]) for each in value)
    if name == "stores":
        return _("全部门店") if value is None else _("、").join(value)
    if name == "made_by":
        return _("系统") if value is None else value
    if name == "role":
        return role_name(value)
    if name == "who":
        return _(PEOPLE[value]) if value in PEOPLE else value
    if name == "what":
        return _what(value)
    return value


def _what(value: str) -> str:
    if value in COUNTED:
        return str(_(COUNTED[value]))
    return str(_(BY_NAME[value].label)) if value in BY_NAME else str(words_of(value))
