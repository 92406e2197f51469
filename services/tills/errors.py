"""Refusals about tills."""

from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_


class TillClosed(Refusal):
    """The shop wants every sale in a shift, and no till is open here."""

    status = 409
    code = "till_closed"
    text = N_("还没有开班，先开班再收钱、退钱")


class TillOpen(Refusal):
    """A till of this name is open already."""

    status = 409
    code = "till_open"
    text = N_("「%(name)s」已经开着，换个名字，或者先交班")


class ShiftOver(Refusal):
    """The shift was closed before."""

    status = 409
    code = "shift_over"
    text = N_("这个班已经交了")


class CountDiffers(Invalid):
    """What was counted is not what should be there, and no reason is told."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__({"reason": [N_("点的数和应有的不一样，再点一遍；确实差了就写明原因")]}, self.code)


class CountedTooOften(Invalid):
    """Who counts blind has tried too often without a reason: from now on one is needed, whether the count is right or not."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__({"reason": [N_("点了几次都对不上，照最后点到的填，写明原因再交班")]}, self.code)
