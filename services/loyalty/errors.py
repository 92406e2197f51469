"""Refusals of loyalty."""

from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_


class PointsInsufficient(Refusal):
    """More points are to be spent than there are."""

    code = "points_insufficient"
    text = N_("积分不够，请重新报价")


class AdjustedTooMuch(Invalid):
    """More points at once, or on one day, than who may not change the settings adjusts by hand. `most` is how many there may be."""

    code = "points_over_bound"

    def __init__(self, words: str, *, most: int) -> None:
        super().__init__({"amount": [N_("超过能调整的积分了")]}, self.code, words, most=most)
