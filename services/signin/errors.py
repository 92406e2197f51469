"""How getting in, and reading a code, can be refused (domain.md, *Codes*)."""

from services.shared.refusals import Forbidden, Gone, Invalid, NotFound, Refusal
from services.shared.words import N_


class WrongPassword(Invalid):
    """User name or password is wrong, or the person is disabled: the answer is the same."""

    code = "wrong_password"
    text = N_("用户名或密码不对")


class WrongSigninCode(Invalid):
    """The one-time code is wrong, used or over, or nobody has this phone: the answer is the same."""

    code = "wrong_signin_code"
    text = N_("登录码不对，或者已经过期了")


class WrongPhoneCode(Invalid):
    """The code for a new phone number is wrong, used or over, or was made for another number: the answer is the same."""

    code = "wrong_phone_code"
    text = N_("验证码不对，或者已经过期了")

    def __init__(self) -> None:
        super().__init__({"code": [self.text]})


class NumberHasCard(Refusal):
    """Told to who has proven the number: it has a card already. Whose, nobody is told; the shop can look."""

    code = "number_has_card"
    text = N_("这个号码下已经有一张会员卡了。请到店里，店员核对后帮您办")


class ShownCodeIsNoProof(Refusal):
    """Whoever came in by a code that staff showed has proven nothing of their own: the present number, an old passkey, or who answers for
    them has to say that it is them."""

    code = "shown_code_is_no_proof"
    status = 403
    text = N_("您刚用店员出示的码登录过，换号要请店长在会员页上办")


class QuestionOver(Gone):
    """Nothing is asked of this browser (any more): ten minutes are over, or it was answered."""

    code = "question_over"
    text = N_("时间过了，请重新登录")


class SecondStepOver(Gone):
    """Nothing is asked of this browser (any more): ten minutes are over, or it was answered."""

    code = "second_step_over"
    text = N_("时间过了，请重新登录")


class WrongSecondStep(Invalid):
    """Neither a code of the app that was not used yet, nor one on paper."""

    code = "wrong_second_step"
    text = N_("动态码不对，请看准了再输")


class WrongRecoveryCode(Invalid):
    """User name or recovery code is wrong, over or used: the answer is the same."""

    code = "wrong_recovery_code"
    text = N_("用户名或恢复码不对，或者这个码用过了")


class OwnersOnly(Refusal):
    """Codes on paper are for owners: everybody else asks one."""

    code = "owners_only"
    text = N_("只有老板有恢复码，别的店员请老板重设密码")


class PasskeyRefused(Invalid):
    """The passkey is not genuine, not of this app, of somebody who is gone, or answered too late: the answer is the same."""

    code = "passkey_refused"
    text = N_("没认出这个通行密钥，请再试一次，或者换别的方式登录")


class WrongDeviceCode(Invalid):
    """The code that enrols a device is unknown, used or over: the answer is the same."""

    code = "wrong_device_code"
    text = N_("这个码不对，或者已经过期了，请店长再给一个")


class WrongPin(Invalid):
    """The PIN is wrong, or nobody of this id may come in here with one: the answer is the same."""

    code = "wrong_pin"
    text = N_("PIN 不对")


class StepUpNeeded(Forbidden):
    """A sensitive act, and the session was not verified lately: password or passkey first, then the same again."""

    code = "step_up_needed"
    text = N_("这一步要先确认是您本人")


class FrozenSpending(Forbidden):
    """The member reported something that was not theirs: nothing is spent until somebody at the shop has looked."""

    code = "spending_frozen"
    text = N_("会员报告过不是本人操作，消费已冻结；请店长和本人核实后解冻")


class CodeUnknown(NotFound):
    """Nothing that was scanned: no such handle, or a wrong MAC."""

    code = "code_unknown"
    text = N_("没认出这个码，请会员刷新后再扫")


class CodeUsed(Refusal):
    """The code, or a later one of the same device, was read before."""

    code = "code_used"
    text = N_("这个码刚刚用过了，请会员等下一个码")


class CodeExpired(Gone):
    """A genuine code, older than its 60 seconds."""

    code = "code_expired"
    text = N_("这个码过期了，可能是截图，请会员打开手机出示")


class ClockSkew(Invalid):
    """A genuine code from a phone whose clock runs ahead by `seconds`."""

    code = "clock_skew"
    text = N_("会员的手机时间快了 %(seconds)s 秒，请联网刷新")


class ProofRequired(Forbidden):
    """Something of the member's is to be spent, and the member has not agreed: `why` is none, scan_again, confirm, unusable, cooling
    (then `until` says for how long), or holder, where the one whose money it is has to agree too."""

    code = "member_proof_required"
    text = N_("要会员本人同意：请扫会员码，或让会员在手机上确认")

    def __init__(self, why: str, **more: str) -> None:
        super().__init__(why=why, **more)
        self.text = _PROOF.get(why, self.text)


_PROOF = {
    "scan_again": N_("会员码要刚扫的，请会员再出示一次"),
    "confirm": N_("金额较大，还要会员在手机上确认，或输支付密码"),
    "unusable": N_("会员还没有确认，或确认已经过期"),
    "holder": N_("用的是家人的储值，金额较大，还要家人自己在手机上确认"),
    "cooling": N_("会员换了新手机或手机号，%(until)s 前大额储值要输以前设的支付密码，或请店长当面核对"),
}
