"""What a message's state and a provider's codes mean, in words for the owner. Codes as the providers' documentation lists them."""

from services.shared.words import N_

STATES = {
    "waiting": N_("排队中"),
    "leased": N_("发送中"),
    "sent": N_("已发出"),
    "refused": N_("被拒绝"),
    "failed": N_("没发成"),
    "over_budget": N_("超出预算，没有发"),
    "expired": N_("太晚了，没有发"),
}

# How a code begins → what to do. The first that fits counts.
REASONS = (
    ("not_configured", N_("短信没有启用")),
    ("abroad", N_("不是大陆手机号")),
    ("no_answer", N_("服务商没有应答")),
    ("SignatureDoesNotMatch", N_("密钥不对：核对 AccessKey Secret")),
    ("InvalidAccessKeyId", N_("没有这个 AccessKey，或者已经停用")),
    ("InvalidTimeStamp", N_("服务器的时钟不准，请校时")),
    ("Forbidden", N_("这个密钥没有发短信的权限")),
    ("isp.RAM_PERMISSION_DENY", N_("这个密钥没有发短信的权限")),
    ("isv.BUSINESS_LIMIT_CONTROL", N_("这个手机号收得太多，服务商先拦下了")),
    ("isv.DAY_LIMIT_CONTROL", N_("到了服务商那边设的每日上限")),
    ("isv.AMOUNT_NOT_ENOUGH", N_("短信账户余额不足，请充值")),
    ("isv.OUT_OF_SERVICE", N_("短信账户余额不足，请充值")),
    ("isv.MOBILE_NUMBER_ILLEGAL", N_("手机号不对")),
    ("isv.SMS_SIGNATURE_ILLEGAL", N_("签名没有通过审核，或者写错了")),
    ("isv.SMS_SIGN_ILLEGAL", N_("签名没有通过审核，或者写错了")),
    ("isv.SMS_TEMPLATE_ILLEGAL", N_("模板没有通过审核，或者写错了")),
    ("isv.TEMPLATE_MISSING_PARAMETERS", N_("模板里的变量和我们给的不一样")),
    ("isv.TEMPLATE_PARAMS_ILLEGAL", N_("模板里的变量和我们给的不一样")),
    ("AuthFailure.SignatureExpire", N_("服务器的时钟不准，请校时")),
    ("AuthFailure.SecretIdNotFound", N_("没有这个 SecretId，或者已经停用")),
    ("AuthFailure.UnauthorizedOperation", N_("这个密钥没有发短信的权限")),
    ("AuthFailure", N_("密钥不对：核对 SecretId 和 SecretKey")),
    ("UnauthorizedOperation", N_("这个密钥或应用没有发短信的权限")),
    ("LimitExceeded", N_("这个手机号收得太多，服务商先拦下了")),
    ("FailedOperation.InsufficientBalance", N_("短信账户余额不足，请充值")),
    ("FailedOperation.SignatureIncorrectOrUnapproved", N_("签名没有通过审核，或者写错了")),
    ("FailedOperation.TemplateIncorrectOrUnapproved", N_("模板没有通过审核，或者写错了")),
    ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", N_("模板里的变量和我们给的不一样")),
    ("FailedOperation.PhoneNumberInBlacklist", N_("这个手机号退订了，服务商不再发")),
)


def meaning_of(reason: str | None) -> str:
    """The msgid for a provider's code; empty for one that is not known here."""
    return next((words for start, words in REASONS if (reason or "").startswith(start)), "")
