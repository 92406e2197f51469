"""What the acts in the audit log are called. A test compares this table with every `audit.record` in the product."""

from collections.abc import Mapping

from flask import current_app, url_for
from flask_babel import gettext as _

from services.audit.queries import EntryView
from services.shared.words import N_

ACTIONS: Mapping[str, str] = {
    "authenticators:create": N_("打开两步登录"),
    "authenticators:remove": N_("关掉两步登录"),
    "approvals:approve": N_("审批：同意"),
    "approvals:ask": N_("审批：提出"),
    "approvals:decline": N_("审批：不同意"),
    "approvals:withdraw": N_("审批：撤回"),
    "audit:export": N_("导出操作记录"),
    "children:change": N_("修改孩子的资料"),
    "children:create": N_("记下孩子"),
    "children:remove": N_("删除孩子的资料"),
    "children:resume": N_("恢复孩子的提醒"),
    "children:reveal": N_("查看家庭资料"),
    "children:stop": N_("停止孩子的提醒"),
    "doses:note": N_("记下疫苗"),
    "family:stop": N_("停止孕期和宝宝的提醒"),
    "pregnancies:ask": N_("预产期过了，问一次"),
    "pregnancies:change": N_("修改预产期"),
    "pregnancies:create": N_("记下孕期"),
    "pregnancies:end": N_("宝宝出生了"),
    "pregnancies:remove": N_("删除孕期记录"),
    "vaccination_plans:create": N_("发布疫苗计划"),
    "categories:archive": N_("收起分类"),
    "categories:change": N_("修改分类"),
    "categories:create": N_("新建分类"),
    "categories:sort": N_("调整分类顺序"),
    "consent_texts:create": N_("发布隐私说明"),
    "dealing:review": N_("自查：看过，没问题"),
    "own_cards:note": N_("记下店员自己的会员卡"),
    "own_cards:drop": N_("取消店员自己的会员卡"),
    "consents:give": N_("记下会员的同意"),
    "consents:withdraw": N_("会员收回同意"),
    "cool_downs:create": N_("新手机登录或换了手机号，大额储值先缓一缓"),
    "devices:create": N_("会员码装到手机"),
    "devices:revoke": N_("手机上的会员码停用"),
    "earning_rules:archive": N_("停用积分规则"),
    "earning_rules:change": N_("修改积分规则"),
    "earning_rules:create": N_("新建积分规则"),
    "earning_rules:restore": N_("恢复积分规则"),
    "invoices:create": N_("申请发票"),
    "invoices:settle": N_("处理发票申请"),
    "member_sessions:create": N_("会员登录"),
    "member_sessions:revoke": N_("会员退出"),
    "coupon_batches:create": N_("批量发券"),
    "coupon_batches:finish": N_("批量发券发完了"),
    "coupon_templates:archive": N_("归档优惠券"),
    "coupon_templates:change": N_("修改优惠券"),
    "coupon_templates:create": N_("新建优惠券"),
    "coupon_templates:pause": N_("停发优惠券"),
    "coupon_templates:restore": N_("恢复优惠券"),
    "coupon_templates:resume": N_("继续发放优惠券"),
    "coupons:expire": N_("券到期"),
    "coupons:issue": N_("发券"),
    "coupons:keep": N_("收回转赠的链接"),
    "coupons:offer": N_("做转赠的链接"),
    "coupons:redeem": N_("核销券"),
    "coupons:revoke": N_("作废券"),
    "coupons:transfer": N_("券转赠给朋友"),
    "coupons:undo": N_("撤销核销"),
    "members:archive": N_("停用会员"),
    "members:change": N_("修改会员资料"),
    "members:create": N_("开卡"),
    "member_sessions:prove": N_("会员确认是本人"),
    "duplicates:ignore": N_("两张卡不是一个人"),
    "members:erase": N_("注销会员"),
    "members:merge": N_("合并会员"),
    "members:part": N_("撤销合并"),
    "members:export": N_("会员导出自己的资料"),
    "members:restore": N_("恢复会员"),
    "members:reveal": N_("查看完整手机号"),
    "retention:erase": N_("保留期限到了，决定注销"),
    "retention:keep": N_("保留期限到了，决定留着"),
    "retention:purge": N_("清理到期的旧记录"),
    "phone_codes:create": N_("为新手机号出验证码"),
    "phone_codes:miss": N_("新手机号的验证码输错"),
    "phone_questions:answer": N_("很久没来：回答是不是自己的卡"),
    "phones:change": N_("换手机号"),
    "phones:release": N_("号码已换人，和卡分开"),
    "minors:dismiss": N_("未成年人审计：今年不用报"),
    "minors:export": N_("下载未成年人审计包"),
    "messages:send": N_("发消息"),
    "orders:claim": N_("补登"),
    "orders:create": N_("收款"),
    "orders:reassign": N_("改订单的会员"),
    "orders:review": N_("看过要留意的订单"),
    "passkeys:change": N_("给通行密钥改名"),
    "passkeys:create": N_("添加通行密钥"),
    "passkeys:refuse": N_("拒绝了可能被复制的通行密钥"),
    "passkeys:remove": N_("删除通行密钥"),
    "points:adjust": N_("调整积分"),
    "points:expire": N_("积分到期"),
    "products:archive": N_("下架商品"),
    "products:change": N_("修改商品"),
    "products:create": N_("新建商品"),
    "products:restore": N_("重新上架商品"),
    "products:sell_out": N_("改售罄状态"),
    "products:sort": N_("调整商品顺序"),
    "parked_carts:create": N_("挂单"),
    "parked_carts:take": N_("取回挂单"),
    "proofs:confirm": N_("会员同意使用"),
    "proofs:create": N_("请会员确认使用"),
    "proofs:decline": N_("会员没有同意使用"),
    "wallet_pins:change": N_("改支付密码"),
    "wallet_pins:erase": N_("清掉支付密码"),
    "proofs:miss": N_("确认码输错了"),
    "push_subscriptions:create": N_("打开系统通知"),
    "push_subscriptions:revoke": N_("关闭系统通知"),
    "push_subscriptions:test": N_("试发通知"),
    "recovery_codes:create": N_("做恢复码"),
    "recovery_codes:miss": N_("恢复码输错"),
    "recovery_codes:show": N_("出示换密码的码"),
    "recovery_codes:use": N_("用恢复码"),
    "refunds:create": N_("退款"),
    "registration_links:archive": N_("停用注册码"),
    "registration_links:create": N_("新建注册码"),
    "roles:change": N_("改角色的权限"),
    "roles:create": N_("新建角色"),
    "roles:delete": N_("删除角色"),
    "scans:alarm": N_("有人在猜会员码，已拦下"),
    "scans:create": N_("扫会员码"),
    "scans:miss": N_("扫到认不出的会员码"),
    "second_steps:miss": N_("两步登录的动态码输错"),
    "settings:change": N_("修改设置"),
    "signin_codes:create": N_("出示登录码"),
    "signin_codes:miss": N_("登录码输错"),
    "signin_codes:redeem": N_("用登录码登录"),
    "sms:change": N_("修改短信设置"),
    "sms:test": N_("发测试短信"),
    "spending:freeze": N_("会员报告不是本人，冻结消费"),
    "spending:unfreeze": N_("解冻消费"),
    "staff:change": N_("修改店员"),
    "staff:choose_language": N_("换语言"),
    "staff:create": N_("加店员"),
    "staff:disable": N_("停用店员"),
    "staff:enable": N_("恢复店员"),
    "staff:reset_owner": N_("在服务器上重设老板的登录"),
    "staff:set_password": N_("换密码"),
    "staff_sessions:change": N_("换门店"),
    "staff_sessions:create": N_("店员登录"),
    "staff_sessions:revoke": N_("店员退出"),
    "staff_sessions:verify": N_("确认是本人"),
    "staff_pins:change": N_("设 PIN"),
    "staff_pins:erase": N_("删掉 PIN"),
    "device_codes:create": N_("出示登记码"),
    "shop_devices:change": N_("给店里的手机改名"),
    "shop_devices:create": N_("登记店里的手机"),
    "shop_devices:revoke": N_("停用店里的手机"),
    "stores:archive": N_("关闭门店"),
    "stores:change": N_("修改门店"),
    "stores:create": N_("新开门店"),
    "stores:restore": N_("重开门店"),
    "stores:sort": N_("调整门店顺序"),
    "tiers:archive": N_("去掉等级"),
    "tiers:change": N_("修改等级"),
    "tiers:create": N_("新建等级"),
    "tiers:keep": N_("等级保住"),
    "tiers:move": N_("等级变化"),
    "tiers:warn": N_("等级快到期"),
    "tills:close": N_("交班"),
    "tills:enter": N_("放入或取出现金"),
    "tills:miss": N_("点数对不上"),
    "tills:open": N_("开班"),
    "tokens:create": N_("新建接口令牌"),
    "tokens:revoke": N_("作废接口令牌"),
    "top_up_plans:archive": N_("停用充值方案"),
    "top_up_plans:change": N_("修改充值方案"),
    "top_up_plans:create": N_("新建充值方案"),
    "top_up_plans:restore": N_("恢复充值方案"),
    "top_up_plans:sort": N_("调整充值方案顺序"),
    "wallet:adjust": N_("调整储值"),
    "wallet:pay_out": N_("储值退款"),
    "wallet:top_up": N_("充值"),
}

ACTORS: Mapping[str, str] = {
    "member": N_("顾客"),
    "token": N_("接口"),
    "public": N_("未登录的人"),
    "system": N_("系统"),
}

# Where the thing can be looked at.
_PLACES = {
    "coupon": ("staff.coupon", "coupon_id"),
    "coupon_template": ("staff.coupon_template", "template_id"),
    "erased_member": ("staff.member", "member_id"),
    "member": ("staff.member", "member_id"),
    "order": ("staff.order", "order_id"),
    "product": ("staff.product", "product_id"),
    "role": ("staff.role", "role_id"),
    "staff": ("staff.person", "staff_id"),
    "tier": ("staff.tier", "tier_id"),
    "earning_rule": ("staff.earning_rule", "rule_id"),
    "store": ("staff.store", "store_id"),
    "till": ("staff.till", "shift_id"),
}


def words_of(action: str) -> str:
    """What was done, in the reader's language; an act that nobody named stands as it is."""
    return str(_(ACTIONS[action])) if action in ACTIONS else action


def actions_like(text: str) -> list[str]:
    """The acts whose words hold `text`."""
    return [action for action in ACTIONS if text.lower() in words_of(action).lower()] if text else []


def who(entry: EntryView, names: Mapping[int, str]) -> str:
    """The person, or what kind of caller it was; `names` are those of the members who acted."""
    kind = ACTORS.get(entry.actor_kind)
    if kind is None:
        return entry.actor_name
    name = {"member": names.get(entry.actor_id or 0, ""), "token": entry.actor_name}.get(entry.actor_kind)
    return f"{_(kind)} {name}" if name else str(_(kind))


def place_of(entry: EntryView) -> str:
    """The address of what it was done to; empty where there is no page for it."""
    endpoint, name = _PLACES.get(entry.subject_kind, ("", ""))
    if entry.subject_id is None or endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **{name: entry.subject_id})  # type: ignore[arg-type]
