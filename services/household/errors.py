"""How sharing can be refused."""

from services.shared.refusals import Forbidden, Gone, NotFound, Refusal
from services.shared.words import N_


class HouseholdOff(Refusal):
    """The shop does not let accounts be shared."""

    code = "household_off"
    text = N_("店里没有开通家人共用")


class HouseholdFull(Refusal):
    """There are as many people, or open links, as a household has."""

    code = "household_full"
    text = N_("最多 6 位家人一起用（含您自己），先移出一位，或收回没用的邀请")


class InvitationGone(Gone):
    """The link was used, taken back, or is too old; or its holder cannot share now."""

    code = "household_invitation_gone"
    text = N_("这个邀请已经失效了，请家人再发一个")


class OwnInvitation(Refusal):
    """Who invites cannot join."""

    code = "household_own_invitation"
    text = N_("这是您自己发的邀请，把它发给家人")


class InvitationNotYours(Forbidden):
    """The link is for whoever has another phone number."""

    code = "household_other_phone"
    text = N_("这个邀请是给另一个手机号的，请用那个号码登录")


class CannotShare(Refusal):
    """Somebody cannot invite, or join: `why` says it."""

    code = "household_refused"

    def __init__(self, why: str) -> None:
        super().__init__(f"household_{why}", _WHY[why])


_WHY = {
    "frozen": N_("您的消费冻结着，先联系门店解冻"),
    "cooling": N_("您刚换了新手机或手机号，过一天再来办"),
    "shared": N_("您在用家人的账户，不能再分享给别人"),
    "in_household": N_("您已经在一个家庭里了，先退出再加入"),
    "sharing": N_("您自己的账户正分享给家人，先移出他们再加入"),
    "minor": N_("未满 18 岁，不能用家人的账户付款"),
    "unproven": N_("先用短信验证码登录一次，证明手机号是您的"),
}


class PersonNotFound(NotFound):
    """There is nobody like that in this household."""

    code = "household_person_not_found"
    text = N_("家人里没有这一位")


class InvitationNotFound(NotFound):
    """There is no such open invitation of this holder."""

    code = "household_invitation_not_found"
    text = N_("没有这个邀请")


class ShareEnded(Refusal):
    """What was shared a moment ago is not any more, or not like that."""

    code = "household_changed"
    text = N_("家人共用刚有变动，请重新核对再收款")


class OverHouseholdLimit(Refusal):
    """More is to be paid than the holder allows; `room` is what still may be, as money in words."""

    code = "household_limit"
    text = N_("超过家人给的额度，这次最多 ¥%(room)s")
