"""What is held of a member and by whom it is seen, declared; and what the domains do when a member is erased (commands.py calls them).

Whoever adds a table that holds something of a member adds it to own_data.py and here: a test compares the two. `of_children` marks what
says something of a child: the page for parents lists it apart.
"""

from dataclasses import dataclass

from services.shared.words import N_

UNTIL_ERASED = N_("直到您注销")
BOOKS = N_("账目按会计法律保存 30 年；注销以后，里面不再有您的姓名和手机号")


@dataclass(frozen=True)
class Part:
    """Something that the shop holds of a member: its tables in own_data.py, what for, how long (so many days as the setting `days` says),
    with which permission staff see it (None: only the member), and how it is deleted."""

    label: str
    tables: tuple[str, ...]
    why: str
    kept: str
    permission: str | None
    deleted: str
    of_children: bool = False
    days: str = ""


_ERASED = N_("注销时马上删除")
_PSEUDONYM = N_("注销时去掉姓名和手机号")
PARTS = (
    Part(N_("您的资料"), ("profile",), N_("开卡、积分、联系您"), UNTIL_ERASED, "members:read", _ERASED),
    Part(
        N_("家里的孩子"), ("children", "doses"), N_("准备孩子的生日、满月、百天和疫苗提醒"), UNTIL_ERASED, "children:reveal", _ERASED,
        of_children=True,
    ),
    Part(N_("店员记下的互动"), ("interactions",), N_("记得您说过什么、接待到哪一步"), UNTIL_ERASED, "interactions:read", _ERASED),
    Part(N_("店里另外记的"), ("answers",), N_("按您的情况服务，例如口味、送货备注"), UNTIL_ERASED, "members:read", _ERASED),
    Part(N_("您填的表单"), ("forms",), N_("登记、问卷和活动报名"), UNTIL_ERASED, "form_answers:read", _ERASED),
    Part(N_("标签和购买习惯"), ("tags", "habits"), N_("知道您喜欢什么、多久来一次"), UNTIL_ERASED, "members:read", _ERASED),
    Part(N_("孕期和预产期"), ("pregnancies",), N_("按孕周提醒您"), UNTIL_ERASED, "children:reveal", _ERASED),
    Part(
        N_("您同意过什么"), ("consents",), N_("证明什么时候、用什么方式同意和撤回"), N_("注销后还留着，作为同意过的证明"),
        "members:read", N_("不删除，注销后不再知道是谁的"),
    ),
    Part(N_("订单和退款"), ("orders", "lines", "refunds"), N_("卖东西、退换、算积分"), BOOKS, "orders:read", _PSEUDONYM),
    Part(N_("发票"), ("invoices",), N_("给您开发票"), BOOKS, "invoices:read", N_("没开的马上删除，开过的去掉姓名和邮箱")),
    Part(N_("积分和等级"), ("points", "growth"), N_("积分、等级优惠"), BOOKS, "points:read", _PSEUDONYM),
    Part(N_("储值"), ("wallet",), N_("保管您存在店里的钱"), BOOKS, "wallet:read", _PSEUDONYM),
    Part(
        N_("家人共用"), ("household",), N_("让家人用您的储值和积分，按您定的额度"), UNTIL_ERASED, "members:read", _ERASED,
    ),
    Part(N_("优惠券"), ("coupons",), N_("发券、用券"), BOOKS, "coupons:read", N_("注销时作废，去掉券码")),
    Part(
        N_("给您的消息"), ("messages",), N_("告诉您订单、积分和您同意接收的消息"), N_("%(days)s 天，或者到您注销为止"), "messages:read",
        _ERASED, days="retention.messages_days",
    ),
    Part(
        N_("登录记录"), ("sessions", "devices", "passkeys"), N_("认出是您本人，防止别人登录"),
        N_("退出后 %(days)s 天；通行密钥到您删除为止"), None, _ERASED, days="retention.sessions_days",
    ),
)  # fmt: skip

PARTS_OF_AN_ERASURE = (
    "services.approvals.commands.erasing.forget_words_of_approvals",
    "services.checkout.commands.erasing.forget_parked_carts",
    "services.dataio.commands.erasing.forget_imported",
    "services.dealing.commands.forget_own_card",
    "services.dealing.commands.forget_words_of_reviews",
    "services.coupons.commands.erasing.give_up_coupons",
    "services.loyalty.commands.erasing.give_up_points",
    "services.family.commands.erasing.forget_family",
    "services.household.commands.erasing.forget_household",
    "services.interactions.commands.forget_interactions",
    "services.fields.commands.values.forget_values",
    "services.forms.commands.erasing.forget_submissions",
    "services.members.commands.erasing.get_traces",
    "services.members.commands.erasing.make_nobody",
    "services.messaging.commands.forget_messages",
    "services.orders.commands.erasing.forget_words_of_orders",
    "services.orders.commands.erasing.list_addresses",
    "services.orders.commands.erasing.select_orders_of",
    "services.segments.commands.tags.forget_tags",
    "services.signin.commands.erasing.close_every_way_in",
    "services.tills.commands.forget_reasons",
    "services.wallet.commands.erasing.give_up_wallet",
)
