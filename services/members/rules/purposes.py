"""For what a member may be asked to agree, each apart from the others (PIPL §14, §28–31), and the words until the owner writes own ones."""

from dataclasses import dataclass

from services.shared.words import N_

MEMBERSHIP, MARKETING, CHILDREN, HEALTH = "membership", "marketing", "children", "health"
FIRST = "1"  # the version of our own words


@dataclass(frozen=True)
class Purpose:
    """One purpose. `stops` says what ends when it is taken back; `sensitive` needs a consent of its own (PIPL §29)."""

    kind: str
    label: str
    words: str
    stops: str
    sensitive: bool = False


PURPOSES = (
    Purpose(
        MEMBERSHIP,
        N_("会员服务"),
        N_(
            "我们收集您的手机号和您填写的称呼、生日，只用于会员积分、订单和您同意接收的提醒，不会提供给他人。"
            "您可以随时查看、更正或要求删除，也可以不填手机号以外的任何一项。"
        ),
        N_("撤回后不再给您发任何消息，会员卡和积分还在；随时可以再同意。"),
    ),
    Purpose(
        MARKETING,
        N_("优惠和新品消息"),
        N_(
            "店里有新品、活动或送您优惠券时，在会员端和手机通知里告诉您。不同意也一样是会员，积分、储值和订单消息照常。"
        ),
        N_("撤回后马上停发，已经排队的也不再发；积分、储值和订单消息照常。"),
    ),
    Purpose(
        CHILDREN,
        N_("孩子的信息"),
        N_(
            "我是孩子的父母或其他监护人，同意店里保存我填写的孩子称呼、生日和性别，只用来准备孩子的生日、提醒和推荐合适的商品，"
            "不会提供给他人，店员要有权限才能看，每次查看都有记录。孩子的信息是敏感个人信息：可以不填，也可以随时让我们删除，"
            "不影响会员的其他服务。"
        ),
        N_("撤回后不再使用孩子的信息；要马上删除，请联系我们。会员的其他服务照常。"),
        sensitive=True,
    ),
    Purpose(
        HEALTH,
        N_("健康信息"),
        N_(
            "我同意店里保存我填写的预产期、过敏和忌口，只用来提醒我、避免给我不能吃的东西，不会提供给他人。"
            "健康信息是敏感个人信息：可以不填，也可以随时让我们删除，不影响会员的其他服务。"
        ),
        N_("撤回后不再使用这些信息，店员结账时也不会再看到过敏提醒。会员的其他服务照常。"),
        sensitive=True,
    ),
)
BY_KIND = {purpose.kind: purpose for purpose in PURPOSES}
KINDS = tuple(BY_KIND)


def next_version(used: list[str]) -> str:
    """The number after the highest one that was given; the first that an owner writes follows ours."""
    return str(max(int(each) for each in [FIRST, *used] if each.isascii() and each.isdigit() and len(each) < 9) + 1)
