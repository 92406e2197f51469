"""What can be refused around members."""

from services.shared.refusals import Gone, Invalid, Refusal
from services.shared.words import N_


class PhoneTaken(Invalid):
    """A living member has this phone; `member` is their id, so that staff tap straight to them."""

    status = 409
    code = "phone_taken"
    text = N_("这个手机号已经是会员了")

    def __init__(self, member_id: int) -> None:
        super().__init__({"phone": [self.text]}, member=str(member_id))


class LinkArchived(Gone):
    """A registration link that was taken out of use."""

    code = "registration_link_archived"
    text = N_("这个注册码已经停用，请向店员要一张新的")


class BirthdayChangedRecently(Invalid):
    """The birthday was changed within the last 365 days; only a manager may change it again (facts.md §2.4)."""

    code = "birthday_changed_recently"
    text = N_("生日一年只能改一次，要改请找店长")

    def __init__(self) -> None:
        super().__init__({"birthday": [self.text]})


class ConsentMissing(Refusal):
    """There is no consent of this kind to withdraw."""

    code = "consent_missing"
    text = N_("没有这一项同意，或者已经撤回了")


class WordsChanged(Refusal):
    """Newer words were published since this page was opened: they are to be read first."""

    code = "words_changed"
    text = N_("说明刚刚更新了，请再看一遍")


class MemberMerged(Refusal):
    """The card became one with another: what is to be done is done to that one."""

    code = "member_merged"
    text = N_("这张卡已并入另一张，请用那一张")


class MemberErased(Refusal):
    """The member asked to be forgotten: there is nothing to change or to bring back."""

    code = "member_erased"
    text = N_("这位会员已经注销，资料找不回来了")


class OwnCardRefused(Refusal):
    """Nobody does this with the own card: somebody else has to."""

    code = "own_card"
    text = N_("这是您自己的会员卡，请让别人来办")
