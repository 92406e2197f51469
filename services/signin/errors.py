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


class PasskeyRefused(Invalid):
    """The passkey is not genuine, not of this app, of somebody who is gone, or answered too late: the answer is the same."""

    code = "passkey_refused"
    text = N_("没认出这个通行密钥，请再试一次，或者换别的方式登录")


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
    """Something of the member's is to be spent, and the member has not agreed: `why` is none, scan_again, confirm or unusable."""

    code = "member_proof_required"
    text = N_("要会员本人同意：请扫会员码，或让会员在手机上确认")

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.text = _PROOF.get(why, self.text)


_PROOF = {
    "scan_again": N_("会员码要刚扫的，请会员再出示一次"),
    "confirm": N_("金额较大，还要会员在手机上确认，或输支付密码"),
    "unusable": N_("会员还没有确认，或确认已经过期"),
}
