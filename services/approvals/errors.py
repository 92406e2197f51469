"""Refusals around a second person."""

from services.shared.refusals import Gone, NotFound, Refusal
from services.shared.words import N_


class ApprovalNotFound(NotFound):
    """There is no such request, or the caller may not see it."""

    code = "approval_not_found"
    text = N_("没有这个审批")


class NobodyToApprove(Refusal):
    """Nobody but who asks could agree."""

    code = "nobody_to_approve"
    text = N_("这件事要第二个人同意，可是现在没有别人能批。请老板给另一个人「审批」的权限，或者在设置里关掉")


class ApprovalWaiting(Refusal):
    """The same is waiting already."""

    code = "approval_waiting"
    text = N_("这位会员已经有一件在等审批，批完再来")


class ApprovalOver(Gone):
    """It was decided, withdrawn, or nobody decided in time."""

    code = "approval_over"
    text = N_("这件已经处理过了，或者过期了")


class OwnRequest(Refusal):
    """Nobody agrees with themselves."""

    code = "own_request"
    text = N_("自己提的，要别人来批")


class DeciderRemade(Refusal):
    """Who asked and who would agree hang together by accounts that were lately made, changed or opened: nobody makes, or is, their own
    second person."""

    code = "decider_remade"
    text = N_("这两个账号最近由对方（或同一个人）建过、改过或重设过密码，请另一个人来批")


class NotYourRequest(NotFound):
    """Only who asked takes it back."""

    code = "approval_not_found"
    text = N_("只有提出的人能撤回")


class RequesterLost(Refusal):
    """Who asked does not work here any more, or may not do this any more."""

    code = "requester_lost"
    text = N_("提出的人已经停用，或者没有这个权限了，不能再批")


class ApprovalNeeded(Refusal):
    """A second person has to agree first."""

    status = 403
    code = "approval_needed"
    text = N_("导出全部记录要第二个人同意")


class NotNeeded(Refusal):
    """It can be done without asking anybody."""

    code = "approval_not_needed"
    text = N_("现在不用审批，可以直接做")
