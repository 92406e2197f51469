"""Where things are in the staff app: the tabs, and the pages behind 更多. A page that is in neither is opened from one of these."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _

from services.approvals.permissions import APPROVALS_READ
from services.audit.permissions import AUDIT_READ
from services.catalog.permissions import PRODUCTS_READ
from services.checkout.permissions import ORDERS_CREATE
from services.coupons.permissions import COUPONS_READ
from services.dataio.permissions import IMPORTS_CREATE
from services.dealing.permissions import DEALING_READ
from services.exports.permissions import EXPORTS_CREATE
from services.forms.permissions import FORMS_READ
from services.identity.permissions import KIT_READ, STAFF_READ, TOKENS_CREATE
from services.loyalty.permissions import POINTS_READ
from services.members.permissions import MEMBERS_READ, REGISTRATION_LINKS_CHANGE
from services.merging.permissions import MEMBERS_MERGE
from services.orders.permissions import INVOICES_READ, ORDERS_READ
from services.privacy.permissions import MEMBERS_ERASE
from services.segments.permissions import SEGMENTS_READ
from services.shared.words import N_
from services.signin.permissions import FREEZES_LIFT, SHOP_DEVICES_CHANGE
from services.stores.permissions import SETTINGS_READ, STORES_CHANGE
from services.tills.permissions import TILLS_READ
from services.wallet.permissions import LIABILITY_READ, TOP_UP_PLANS_CHANGE
from webapp.web import people


@dataclass(frozen=True)
class Entry:
    """One way in: the endpoint, its icon, its words, and the permission that shows it (None: everyone)."""

    endpoint: str
    icon: str
    label: str
    permission: str | None = None
    hint: str = ""


TABS = (
    Entry("staff.counter", "scan-line", N_("收银"), ORDERS_CREATE),
    Entry("staff.members", "users-round", N_("会员"), MEMBERS_READ),
    Entry("staff.more", "layout-grid", N_("更多")),
)

MORE: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("店里"),
        (
            Entry("staff.orders", "receipt-text", N_("订单"), ORDERS_READ, N_("小票、重打、查找")),
            Entry("staff.invoices", "file-text", N_("发票"), INVOICES_READ, N_("谁要发票、开没开")),
            Entry("staff.tills", "banknote", N_("收银班次"), TILLS_READ, N_("开班、点数、交班")),
            Entry("staff.products", "cake-slice", N_("商品"), PRODUCTS_READ, N_("价格、规格、售罄")),
            Entry("staff.coupons", "ticket-percent", N_("优惠券"), COUPONS_READ, N_("满减、折扣、兑换，怎么发")),
            Entry("staff.tiers", "crown", N_("等级"), POINTS_READ, N_("门槛、折扣、生日礼券")),
            Entry("staff.earning_rules", "coins", N_("积分规则"), POINTS_READ, N_("怎么得、几倍、多久过期")),
            Entry("staff.top_up_plans", "wallet", N_("充值方案"), TOP_UP_PLANS_CHANGE, N_("充 300 送 50 这样的")),
            Entry("staff.segments", "users-round", N_("客群"), SEGMENTS_READ, N_("谁是谁，有多少人")),
            Entry("staff.tags", "tags", N_("标签"), MEMBERS_READ, N_("手动打，或按规则自动打")),
            Entry("staff.own_forms", "file-text", N_("表单"), FORMS_READ, N_("登记、问卷、活动，扫码就能填")),
            Entry("staff.registration_links", "qr-code", N_("注册码"), REGISTRATION_LINKS_CHANGE, N_("让客人自己开卡")),
        ),
    ),
    (
        N_("管理"),
        (
            Entry("staff.approvals", "badge-check", N_("审批"), APPROVALS_READ, N_("要第二个人同意的事")),
            Entry("staff.liability", "chart-column", N_("储值负债"), LIABILITY_READ, N_("还欠会员多少储值")),
            Entry("staff.exports", "download", N_("导出"), EXPORTS_CREATE, N_("会员、订单、储值带走成表格")),
            Entry("staff.stores", "store", N_("门店"), STORES_CHANGE, N_("地址、电话、营业时间")),
            Entry("staff.people", "users-round", N_("店员"), STAFF_READ, N_("账号、角色、门店")),
            Entry(
                "staff.shop_devices", "smartphone", N_("店里的手机"), SHOP_DEVICES_CHANGE, N_("几个人共用，用 PIN 换人")
            ),
            Entry("staff.roles", "id-card", N_("角色"), STAFF_READ, N_("谁能做什么")),
            Entry("staff.tokens", "key-round", N_("接口令牌"), TOKENS_CREATE, N_("哪些程序能读写店里的数据")),
            Entry("staff.settings", "settings", N_("设置"), SETTINGS_READ, N_("店名、主色、积分")),
            Entry("staff.duplicates", "users-round", N_("可能重复"), MEMBERS_MERGE, N_("一个人两张卡，合成一张")),
            Entry("staff.imports", "upload", N_("导入"), IMPORTS_CREATE, N_("把老会员从 Excel 搬过来")),
            Entry("staff.freezes", "shield-check", N_("冻结的会员"), FREEZES_LIFT, N_("会员说不是本人操作的")),
            Entry("staff.privacy", "clock", N_("隐私"), MEMBERS_ERASE, N_("很久没来的会员、保留期限")),
            Entry("staff.dealing", "eye", N_("自查"), DEALING_READ, N_("谁可能在给自己行方便")),
            Entry("staff.audit", "scroll-text", N_("操作记录"), AUDIT_READ, N_("谁在什么时候做了什么")),
        ),
    ),
    (
        N_("我"),
        (
            Entry("staff.account", "user-round", N_("我的账号"), None, N_("密码、语言、登录过的设备")),
            Entry("staff.notifications", "bell", N_("通知"), None, N_("这台设备能不能收到")),
            Entry("staff.kit", "palette", N_("组件"), KIT_READ, N_("界面的零件，给开发者看")),
        ),
    ),
)


def init_app(app: Flask) -> None:
    """Give every staff page its tabs."""
    app.context_processor(lambda: {"tabs": tabs()} if request.blueprint == "staff" else {})


def tabs() -> list[dict[str, Any]]:
    """The tabs this person may open; none when nobody is signed in."""
    if people.person() is None:
        return []
    area = _area_of(request.endpoint or "")
    return [
        {"href": url_for(tab.endpoint), "icon": tab.icon, "label": _(tab.label), "current": tab.endpoint == area}
        for tab in TABS
        if _is_open(tab)
    ]


def more() -> list[tuple[str, list[Entry]]]:
    """The groups behind 更多 that this person may open."""
    groups = [(title, [entry for entry in entries if _is_open(entry)]) for title, entries in MORE]
    return [(title, entries) for title, entries in groups if entries]


def _is_open(entry: Entry) -> bool:
    allowed = entry.permission is None or people.actor().may(entry.permission)
    return allowed and entry.endpoint in current_app.view_functions


def _area_of(endpoint: str) -> str:
    """Which tab a page belongs to: its own, or 更多 for everything behind it."""
    if endpoint in {tab.endpoint for tab in TABS}:
        return endpoint
    path = request.path
    for tab in TABS[:2]:
        home = url_for(tab.endpoint) if tab.endpoint in current_app.view_functions else ""
        if home not in {"", "/staff/"} and path.startswith(home):
            return tab.endpoint
    return "staff.more"
