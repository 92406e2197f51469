"""Refusals of imports."""

from services.shared.refusals import Gone, Invalid, NotFound, Refusal
from services.shared.words import N_


class ImportNotFound(NotFound):
    """There is no such import."""

    code = "import_not_found"
    text = N_("没有这次导入")


class WrongMoment(Refusal):
    """The import is at another step by now."""

    code = "import_wrong_state"
    text = N_("这次导入已经不在这一步了，请刷新再看")


class UndoOver(Gone):
    """Seven days have passed."""

    code = "import_undo_over"
    text = N_("超过 7 天，不能再撤销了")


class BadFile(Invalid):
    """The file cannot be read; `words` say why."""

    code = "import_bad_file"

    def __init__(self, words: str) -> None:
        super().__init__({"file": [words]}, self.code, words)
