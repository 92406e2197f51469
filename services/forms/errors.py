"""What can be refused around forms."""

from services.shared.refusals import Gone, Invalid, NotFound, Refusal, TooMany
from services.shared.words import N_


class FormNotFound(NotFound):
    """There is no such form, question, link or submission, or the caller may not see it."""

    code = "form_not_found"


class FormOver(Gone):
    """The form takes no more, or its link was taken out of use."""

    code = "form_over"
    text = N_("这个表单已经结束了，谢谢您")


class FormFull(TooMany):
    """The form has as many submissions today as its owner wants."""

    code = "form_full"
    text = N_("今天收到的已经满了，请明天再来。填的内容还在这里。")


class ProposalOver(Refusal):
    """Somebody has decided about it already."""

    code = "proposal_over"
    text = N_("这一份已经有人处理过了")


class NotReady(Invalid):
    """The draft cannot be published yet: what is wrong is told beside its place (`pages.0.questions.2.label_zh`)."""

    code = "form_not_ready"
    text = N_("还差一点才能发布，看标出的地方")
