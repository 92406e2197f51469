"""Refusals about tills."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class TillClosed(Refusal):
    """The shop wants every sale in a shift, and no till is open here."""

    status = 409
    code = "till_closed"
    text = N_("还没有开班，先开班再收款")


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
