"""The typed list of settings: every value an owner edits, with its default, bounds and words. Data, not code paths.

Where domain.md says *setting*, it stands here. `Settings` is what a caller gets: attribute-free look-ups by name, defaults filled in.
"""

from collections.abc import Mapping
from typing import Any

from services.shared.words import N_
from services.stores.setting import Kind, Setting

GROUPS = {
    "shop": N_("店铺"),
    "look": N_("外观"),
    "points": N_("积分"),
    "tiers": N_("等级"),
    "wallet": N_("储值"),
    "members": N_("会员"),
    "family": N_("家庭"),
    "rfm": N_("RFM 分类"),
    "privacy": N_("隐私"),
    "orders": N_("订单"),
    "messages": N_("消息"),
    "security": N_("安全"),
    "approvals": N_("审批"),
    "dealing": N_("自查"),
}

SETTINGS: tuple[Setting, ...] = (
    Setting("shop.name", "text", "常客", "shop", N_("店名"), N_("会员和店员在应用里看到的名字"), least=1, most=24),
    Setting(
        "shop.industry",
        "choice",
        "dessert",
        "shop",
        N_("行业"),
        choices={"dessert": N_("甜品烘焙"), "baby": N_("母婴"), "both": N_("两者都做")},
    ),
    Setting("shop.zone", "zone", "Asia/Shanghai", "shop", N_("时区"), N_("「今天」、生日和报表按这个时区算")),
    Setting("shop.language", "choice", "zh", "shop", N_("默认语言"), choices={"zh": "简体中文", "en": "English"}),
    Setting("shop.contact", "text", "", "shop", N_("联系电话"), N_("写在会员端和隐私说明里"), most=40),
    Setting("look.colour", "colour", "#952847", "look", N_("主色"), N_("太浅的颜色会自动调深，保证看得清")),
    Setting("look.logo", "picture", "", "look", N_("标志"), N_("方形图片最好；没有就用店名的第一个字")),
    Setting(
        "points.step",
        "money",
        1000,
        "points",
        N_("每消费多少元"),
        N_("按实付金额，满一次算一次"),
        least=1,
        most=10_000_00,
    ),
    Setting("points.per_step", "whole", 1, "points", N_("得几积分"), least=0, most=1000),
    Setting(
        "points.way",
        "choice",
        "steps",
        "points",
        N_("不足一次的部分"),
        choices={"steps": N_("不计"), "proportional": N_("按比例计，舍去小数")},
    ),
    Setting("points.per_yuan", "whole", 100, "points", N_("多少积分抵 1 元"), least=1, most=100_000),
    Setting("points.least", "whole", 100, "points", N_("最少用多少积分"), least=1, most=100_000),
    Setting(
        "points.most_percent",
        "whole",
        50,
        "points",
        N_("最多抵百分之几"),
        N_("按用完券以后的金额；填 0 就不能抵扣"),
        least=0,
        most=100,
    ),
    Setting(
        "points.most_multiplier",
        "whole",
        5,
        "points",
        N_("最多几倍积分"),
        N_("各种倍数相乘，到此为止"),
        least=1,
        most=20,
    ),
    Setting(
        "points.months",
        "whole",
        12,
        "points",
        N_("多少个月后过期"),
        N_("到那个月的月底；填 0 就不过期"),
        least=0,
        most=120,
    ),
    Setting(
        "points.pending_days",
        "whole",
        0,
        "points",
        N_("消费几天后积分到账"),
        N_("等退货期过了再给；填 0 就当场到账"),
        least=0,
        most=60,
    ),
    Setting(
        "points.most_adjusted",
        "whole",
        10_000,
        "points",
        N_("一次最多调整多少积分"),
        N_("手工加减积分的上限；店主不受限"),
        least=0,
        most=1_000_000,
    ),
    Setting(
        "points.most_adjusted_daily",
        "whole",
        50_000,
        "points",
        N_("一人一天最多调整多少积分"),
        N_("加的减的都算；店主不受限"),
        least=0,
        most=100_000_000,
    ),
    Setting(
        "members.silent_days",
        "whole",
        180,
        "members",
        N_("多少天没来过，用短信登录时要问是不是本人"),
        N_("手机号可能换了主人；填 0 就不问"),
        least=0,
        most=3650,
    ),
    Setting(
        "members.sources",
        "list",
        ["walk_in", "online", "friend", "campaign", "import"],
        "members",
        N_("会员来源"),
        N_("登记会员时选的，每行一项"),
        most=30,
        choices={
            "walk_in": N_("到店"),
            "online": N_("线上"),
            "friend": N_("朋友推荐"),
            "campaign": N_("活动"),
            "import": N_("导入"),
        },
    ),
    Setting(
        "privacy.officer",
        "text",
        "",
        "privacy",
        N_("谁负责个人信息"),
        N_("顾客想问、想更正、想删除时找谁，例如 阿满（店主）；写在会员端"),
        most=40,
    ),
    Setting("orders.receipt_note", "text", N_("谢谢光临，下次见"), "orders", N_("小票结尾"), most=60),
    Setting(
        "orders.large_tender",
        "money",
        5_000_00,
        "orders",
        N_("单笔超过多少元要再确认一次"),
        least=1_00,
        most=1_000_000_00,
    ),
    Setting(
        "orders.claim_days",
        "whole",
        7,
        "orders",
        N_("几天内可以补登积分"),
        N_("顾客忘了出示会员码，凭小票码补；填 0 就不开放"),
        least=0,
        most=365,
    ),
    Setting(
        "orders.rounding",
        "choice",
        "0",
        "orders",
        N_("抹零"),
        N_("最后一步，只往下抹"),
        choices={"0": N_("不抹零"), "10": N_("抹到角"), "100": N_("抹到元")},
    ),
    Setting(
        "orders.needs_till",
        "switch",
        False,
        "orders",
        N_("收款前要先开班"),
        N_("没开班就不能收款，也不能退现金；关着也可以开班交班"),
    ),
    Setting(
        "receipts.width",
        "choice",
        "58",
        "orders",
        N_("小票纸"),
        choices={"58": N_("58 毫米"), "80": N_("80 毫米")},
    ),
    Setting(
        "receipts.days",
        "whole",
        90,
        "orders",
        N_("电子小票能看多少天"),
        N_("从那天收款算起，过了链接就打不开"),
        least=1,
        most=3650,
    ),
    Setting(
        "tiers.basis",
        "choice",
        "year",
        "tiers",
        N_("按什么升级"),
        N_("实付 1 元得 1 点成长值，退款收回"),
        choices={"year": N_("最近 12 个月的消费"), "lifetime": N_("一直以来的消费"), "points": N_("一共得到的积分")},
    ),
    Setting(
        "tiers.grace_days",
        "whole",
        30,
        "tiers",
        N_("没保住等级，再给几天"),
        N_("每年看一次。够不上就先提醒，到期还不够才降一级；填 0 就当天降"),
        least=0,
        most=180,
    ),
    Setting(
        "tiers.birthday_lead",
        "whole",
        7,
        "tiers",
        N_("生日礼券提前几天发"),
        least=0,
        most=60,
    ),
    Setting(
        "wallet.order",
        "choice",
        "proportional",
        "wallet",
        N_("先扣哪一部分"),
        choices={"proportional": N_("按比例"), "principal_first": N_("先扣本金"), "bonus_first": N_("先扣赠送金")},
    ),
    Setting(
        "wallet.cap",
        "money",
        5_000_00,
        "wallet",
        N_("每位会员最多存多少"),
        N_("记名卡的法定上限是 5000 元"),
        least=0,
        most=5_000_00,
    ),
    Setting(
        "wallet.confirm_above",
        "money",
        500_00,
        "wallet",
        N_("一次用掉多少元以上，还要会员自己确认"),
        least=0,
        most=1_000_000_00,
    ),
    Setting(
        "wallet.cool_above",
        "money",
        200_00,
        "wallet",
        N_("新手机刚登录时，一次最多用多少储值"),
        N_("凭登录码换手机登录以后的一段时间；再多就要以前设的支付密码，或店长担保。填 0 就不限"),
        least=0,
        most=1_000_000_00,
    ),
    Setting("wallet.cool_hours", "whole", 24, "wallet", N_("限多少小时"), least=1, most=168),
    Setting(
        "household.on",
        "switch",
        True,
        "wallet",
        N_("会员可以和家人共用储值、积分"),
        N_("会员在会员端自己邀请、定额度；关掉以后，已经在共用的也停用"),
    ),
    Setting(
        "household.most_per_day",
        "money",
        500_00,
        "wallet",
        N_("每位家人一天最多用多少"),
        N_("会员自己定的额度不能超过它"),
        least=1,
        most=5_000_00,
    ),
    Setting(
        "messages.sale", "switch", True, "messages", N_("消费后通知会员"), N_("收件箱总会有一条；推送看会员有没有打开")
    ),
    Setting(
        "security.second_step",
        "switch",
        False,
        "security",
        N_("老板和店长登录要两步"),
        N_("密码对了，还要验证器 App 的动态码或者通行密钥。没设过的人，下次登录时带着设"),
    ),
    Setting(
        "security.step_up_minutes",
        "whole",
        5,
        "security",
        N_("确认是本人以后，几分钟内不再问"),
        N_("退款、改余额、导出、改权限和设置之前，要输密码或用通行密钥确认"),
        least=1,
        most=60,
    ),
    Setting(
        "security.lock_minutes",
        "whole",
        3,
        "security",
        N_("店里的手机几分钟没人碰就锁上"),
        N_("只管登记过的、几个人共用的设备；锁上后输 PIN 接着用"),
        least=2,
        most=5,
    ),
)
# How families are counted (services/family): gestation and the first year.
SETTINGS += (
    Setting(
        "members.leap_day", "choice", "before", "members", N_("2 月 29 日生的，平年哪天过"),
        choices={"before": N_("2 月 28 日"), "after": N_("3 月 1 日")},
    ),
    Setting(
        "family.stages", "choice", "clinical", "family", N_("孕期怎么分"),
        choices={"clinical": N_("14 周、28 周分界"), "popular": N_("12 周、27 周分界")},
    ),
    Setting(
        "family.full_moon", "choice", "day_30", "family", N_("满月是哪一天"), N_("出生那天算第 1 天"),
        choices={"day_30": N_("第 30 天"), "day_31": N_("第 31 天"), "lunar": N_("农历下个月的同一天")},
    ),
    Setting(
        "family.hundred_days", "choice", "day_100", "family", N_("百天是哪一天"), N_("出生那天算第 1 天"),
        choices={"day_100": N_("第 100 天"), "day_101": N_("第 101 天")},
    ),
    Setting(
        "family.first_birthday", "choice", "solar", "family", N_("周岁按什么算"), N_("每家可以在孩子的资料里改"),
        choices={"solar": N_("公历"), "lunar": N_("农历")},
    ),
    Setting("family.postpartum_days", "whole", 42, "family", N_("产后算几天"), N_("从孩子出生算起"), least=0, most=365),
)  # fmt: skip
# Where RFM cuts (services/segments): from when on somebody bought lately, often, for much. The last two count in the last 365 days.
SETTINGS += (
    Setting("rfm.days", "whole", 60, "rfm", N_("几天内来过算最近"), N_("R：最近一次消费"), least=1, most=365),
    Setting("rfm.orders", "whole", 4, "rfm", N_("一年买几次算常买"), N_("F：近 365 天的单数"), least=1, most=1000),
    Setting(
        "rfm.spent",
        "money",
        50_000,
        "rfm",
        N_("一年花多少算消费高"),
        N_("M：近 365 天的消费，扣掉退款"),
        least=1,
        most=10_000_000,
    ),
)
# What a second person has to agree to (services/approvals). The switches ask for one, the amounts say from when on.
SETTINGS += (
    Setting(
        "approvals.payouts", "switch", False, "approvals", N_("储值退款要第二个人同意"),
        N_("提出的人自己不能批。要有两个人能批，才打得开；放宽以后，24 小时后才算数"),
    ),
    Setting(
        "approvals.payouts_above", "money", 0, "approvals", N_("退多少元以上才要"),
        N_("同一人 24 小时里给同一位会员的加起来算；填 0 就是每一笔"), least=0,
        most=1_000_000_00,
    ),
    Setting("approvals.wallet", "switch", False, "approvals", N_("手工调储值要第二个人同意")),
    Setting(
        "approvals.wallet_above", "money", 100_00, "approvals", N_("调多少元以上才要"),
        N_("加的减的都算，同一人 24 小时里给同一位会员的加起来算；填 0 就是每一次"),
        least=0, most=1_000_000_00,
    ),
    Setting("approvals.points", "switch", False, "approvals", N_("手工调积分要第二个人同意")),
    Setting(
        "approvals.points_above", "whole", 1000, "approvals", N_("调多少积分以上才要"),
        N_("加的减的都算，同一人 24 小时里给同一位会员的加起来算；填 0 就是每一次"),
        least=0, most=1_000_000,
    ),
    Setting(
        "approvals.exports", "switch", False, "approvals", N_("导出操作记录要第二个人同意"),
        N_("批了以后一小时内可以导出"),
    ),
)  # fmt: skip
# From when on something stands out on the page 自查 (services/dealing).
_DEALING: tuple[tuple[str, Kind, int, str, str, int, int], ...] = (
    ("dealing.sales", "whole", 10, N_("一位会员一周几单"), N_("几乎都由同一个人收款时，列出来看"), 2, 1000),
    ("dealing.points", "whole", 3000, N_("一次手工调多少积分"), N_("加的减的都算"), 1, 10_000_000),
    ("dealing.wallet", "money", 200_00, N_("一次手工调多少储值"), N_("加的减的都算"), 1, 1_000_000_00),
    ("dealing.adjustments", "whole", 10, N_("一人一周手工调几次"), N_("积分和储值一起算"), 2, 1000),
    (
        "dealing.minutes",
        "whole",
        10,
        N_("现金退款后看几分钟"),
        N_("这段时间里取出现金、再收一笔更小的，都列出来"),
        1,
        120,
    ),
    ("dealing.redemptions", "whole", 20, N_("一小时核销几位会员的券"), N_("同一个人核销的，超过就列出来"), 2, 1000),
    ("dealing.unbought", "whole", 5, N_("其中没有消费的几位"), N_("没消费就核销的券，超过就列出来"), 1, 1000),
    (
        "dealing.one_phone",
        "whole",
        4,
        N_("一台手机一周里核销了几位会员的券"),
        N_("这些会员都在这台手机上登录过，就列出来"),
        2,
        100,
    ),
    ("dealing.discount_times", "whole", 3, N_("手工优惠是同事的几倍"), N_("按占收款的比例比"), 2, 100),
    ("dealing.discount_least", "money", 200_00, N_("手工优惠一周至少多少才看"), "", 1, 1_000_000_00),
)
SETTINGS += tuple(
    Setting(name, kind, default, "dealing", label, help_, least=least, most=most)
    for name, kind, default, label, help_, least, most in _DEALING
)
# How long what is kept (services/privacy): people, and what the machinery writes down. The books are kept whatever stands here.
_RETENTION: tuple[tuple[str, int, str, str, int, int], ...] = (
    ("retention.months", 36, N_("几个月没来，就建议清理"), N_("只是列出来，不会自己删；还有余额或券的不算"), 12, 120),
    ("retention.keep_months", 12, N_("决定保留的，几个月后再问"), "", 1, 60),
    ("retention.sessions_days", 90, N_("登录记录留几天"), N_("从退出算起；操作记录里的登录另外一直留着"), 30, 730),
    ("retention.messages_days", 730, N_("会员的消息留几天"), N_("收件箱里更早的会删掉"), 365, 3650),
    ("retention.scans_days", 180, N_("扫码和确认的记录留几天"), N_("有订单的扫码跟着订单留"), 90, 3650),
    ("retention.deliveries_days", 90, N_("推送和短信的发送记录留几天"), "", 30, 730),
    ("retention.approvals_days", 1095, N_("审批记录留几天"), N_("操作记录里的另外一直留着"), 30, 3650),
    ("retention.drafts_days", 90, N_("挂单留几天"), N_("没取走的也一样"), 7, 730),
)
SETTINGS += tuple(
    Setting(name, "whole", default, "privacy", label, help_, least=least, most=most)
    for name, default, label, help_, least, most in _RETENTION
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings(Mapping[str, Any]):
    """All settings of the shop at one moment: `settings["points.step"]` is the owner's value or the default."""

    def __init__(self, changed: Mapping[str, Any]) -> None:
        self._changed = changed

    def __getitem__(self, name: str) -> Any:
        return self._changed.get(name, BY_NAME[name].default)

    def __iter__(self) -> Any:
        return iter(BY_NAME)

    def __len__(self) -> int:
        return len(BY_NAME)

    @property
    def zone(self) -> str:
        """IANA name of the shop's time zone."""
        return str(self["shop.zone"])

    @property
    def late_leap_day(self) -> bool:
        """Whether who was born on 29 February keeps the birthday on 1 March in common years, not on the day before."""
        return bool(self["members.leap_day"] == "after")
