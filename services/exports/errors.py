"""What is refused around exports."""

from services.shared.refusals import Gone, Refusal
from services.shared.words import N_


class ExportNotReady(Refusal):
    """The file is still being made, or could not be."""

    code = "export_not_ready"
    text = N_("这份表格还没做好")


class ExportOver(Gone):
    """The file is gone: its days are over, or somebody who may stand in it was erased."""

    code = "export_over"
    text = N_("这份表格已经清理了，请重新导出")


class TooManyExports(Refusal):
    """So many are being made for this person already."""

    code = "too_many_exports"
    text = N_("还有几份没做完，等它们做好再导出")
