"""What permissions are called, in groups: what an owner reads when shaping a role. A test compares this with the product's permissions."""

from collections.abc import Mapping

from flask_babel import gettext as _

from services.shared.words import N_

GROUPS: Mapping[str, Mapping[str, str]] = {
    N_("收银"): {
        "orders:create": N_("收款"),
        "quotes:create": N_("算价"),
        "scans:create": N_("扫会员码"),
        "discounts:create": N_("改价、打折"),
        "orders:read": N_("看订单"),
        "orders:claim": N_("给订单补登会员"),
        "orders:reassign": N_("把订单改到别的会员"),
        "orders:review": N_("核对有疑问的订单"),
        "refunds:create": N_("退款、作废"),
        "invoices:read": N_("看发票申请"),
        "invoices:create": N_("替客人要发票"),
        "invoices:settle": N_("处理发票"),
    },
    N_("收银班次"): {
        "tills:read": N_("看班次"),
        "tills:open": N_("开班"),
        "tills:enter": N_("放入、取出现金"),
        "tills:close": N_("点数交班"),
        "tills:audit": N_("看应有金额和差额"),
    },
    N_("会员"): {
        "members:read": N_("看会员"),
        "members:create": N_("给客人开卡"),
        "members:change": N_("改会员资料"),
        "members:phones": N_("看完整手机号"),
        "members:reveal": N_("查看一个手机号（有记录）"),
        "members:archive": N_("停用会员"),
        "members:erase": N_("注销会员"),
        "members:merge": N_("合并两张会员卡"),
        "minors:export": N_("下载未成年人审计包"),
        "imports:create": N_("导入会员"),
        "birthdays:change": N_("随时改生日"),
        "children:create": N_("记孩子、孕期和疫苗"),
        "children:reveal": N_("看一家的完整资料（有记录）"),
        "children:change": N_("改、删孩子和孕期的资料"),
        "households:remove": N_("结束会员的家人共用"),
        "interactions:read": N_("看互动记录"),
        "interactions:create": N_("记互动：电话、到访、咨询、服务"),
        "interactions:remove": N_("删别人记的互动"),
        "signin_codes:create": N_("出示会员登录码"),
        "proofs:create": N_("请会员确认消费"),
        "proofs:override": N_("替会员担保消费"),
        "freezes:lift": N_("解冻会员的消费"),
        "messages:read": N_("看发给会员的消息"),
        "messages:send": N_("给会员发消息"),
        "registration_links:change": N_("做注册码"),
        "forms:read": N_("看表单"),
        "forms:change": N_("设计表单"),
        "form_gifts:change": N_("定填表单送什么"),
        "form_links:change": N_("做表单的链接和海报"),
        "form_answers:read": N_("看表单的回答"),
        "form_answers:export": N_("导出表单的回答"),
        "segments:read": N_("看客群"),
        "segments:change": N_("存客群、改客群"),
        "tags:change": N_("设计标签和规则"),
    },
    N_("积分和等级"): {
        "points:read": N_("看积分和等级"),
        "points:adjust": N_("手工调积分"),
        "earning_rules:change": N_("改积分规则"),
        "tiers:change": N_("改等级"),
    },
    N_("储值"): {
        "wallet:read": N_("看储值余额"),
        "wallet:top_up": N_("充值"),
        "wallet:pay_out": N_("退储值"),
        "wallet:adjust": N_("手工调储值"),
        "top_up_plans:change": N_("改充值方案"),
        "liability:read": N_("看储值负债"),
    },
    N_("优惠券"): {
        "coupons:read": N_("看优惠券"),
        "coupons:redeem": N_("核销券"),
        "coupons:undo": N_("撤销核销"),
        "coupons:issue": N_("发券"),
        "coupons:revoke": N_("作废会员的券"),
        "coupon_templates:change": N_("设计优惠券"),
    },
    N_("商品"): {
        "products:read": N_("看商品"),
        "products:sell_out": N_("标记售罄"),
        "products:change": N_("改商品和价格"),
    },
    N_("管理"): {
        "stores:read": N_("看门店"),
        "stores:change": N_("改门店"),
        "stores:create": N_("开新店、排门店的顺序"),
        "settings:read": N_("看设置"),
        "settings:change": N_("改设置"),
        "fields:change": N_("设计自己的字段"),
        "fields:read_private": N_("看只给部分人看的字段"),
        "consent_texts:create": N_("发布隐私说明"),
        "vaccination_plans:create": N_("发布疫苗计划"),
        "staff:read": N_("看店员"),
        "staff:change": N_("加店员、改店员"),
        "staff:recover": N_("给忘了密码的店员出示码"),
        "roles:change": N_("改角色和权限"),
        "shop_devices:change": N_("登记店里的手机"),
        "tokens:create": N_("新建接口令牌"),
        "approvals:read": N_("看审批"),
        "approvals:decide": N_("批别人提的事"),
        "audit:read": N_("看操作记录"),
        "audit:export": N_("导出操作记录"),
        "exports:create": N_("导出看得到的列表"),
        "audit:dealing": N_("看自查"),
        "kit:read": N_("看界面组件"),
    },
}
# Taking money or power out of the shop: an owner should think twice.
SENSITIVE = frozenset(
    {
        "approvals:decide",
        "refunds:create", "wallet:pay_out", "wallet:adjust", "points:adjust", "proofs:override", "audit:export", "staff:change",
        "children:reveal", "staff:recover", "freezes:lift", "roles:change", "tokens:create", "settings:change", "members:archive",
        "members:erase", "members:merge", "minors:export", "discounts:create", "consent_texts:create", "coupons:issue",
        "coupon_templates:change", "earning_rules:change", "exports:create", "form_answers:export", "form_gifts:change",
        "imports:create",
        "orders:reassign", "tiers:change", "top_up_plans:change",
    }
)  # fmt: skip
ROLE_WORDS: Mapping[str, str] = {
    "owner": N_("老板"),
    "manager": N_("店长"),
    "cashier": N_("收银员"),
    "kitchen": N_("后厨"),
}


def role_name(name: str) -> str:
    """What a role is called in the reader's language; the shop's own have the name they were given."""
    return str(_(ROLE_WORDS[name])) if name in ROLE_WORDS else name


def permission_words(permission: str) -> str:
    """What a permission is called; one without a name stands as it is."""
    found = next((group[permission] for group in GROUPS.values() if permission in group), None)
    return str(_(found)) if found else permission
