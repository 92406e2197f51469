"""Refusals around merging."""

from services.shared.refusals import NotFound, Refusal
from services.shared.words import N_


class NotMergeable(Refusal):
    """Two cards cannot become one now; the words say why."""

    code = "not_mergeable"
    text = N_("这两张卡现在不能合并")

    def __init__(self, words: str) -> None:
        super().__init__(self.code, words)


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
