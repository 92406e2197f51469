"""Refusals around merging."""

from services.shared.refusals import Forbidden, NotFound, Refusal
from services.shared.words import N_


class NotMergeable(Refusal):
    """Two cards cannot become one now; the words say why."""

    code = "not_mergeable"
    text = N_("这两张卡现在不能合并")

    def __init__(self, words: str) -> None:
        super().__init__(self.code, words)


class MergeNotAgreed(Forbidden):
    """Nobody has agreed for the card that is to go: `why` is none, much (more than a code answers for) or phone (the other card would be
    opened by this one's number). A second person may."""

    code = "merge_not_agreed"
    text = N_("这张卡上有东西：请扫会员码，或请会员报确认码，或者请第二个人同意")

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.text = _AGREED.get(why, self.text)


_AGREED = {
    "much": N_("并入的卡上储值较多，要第二个人同意"),
    "phone": N_("换成另一张卡的手机号，要第二个人同意"),
}


class NotUndoable(Refusal):
    """A merge cannot be undone any more; the words say why."""

    code = "not_undoable"
    text = N_("这次合并不能撤销了")

    def __init__(self, words: str) -> None:
        super().__init__(self.code, words)


class MergeNotFound(NotFound):
    """There is no such merge, or the caller may not see it."""

    code = "merge_not_found"
    text = N_("没有这次合并")
