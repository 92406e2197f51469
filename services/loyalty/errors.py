"""Refusals of loyalty."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class PointsInsufficient(Refusal):
    """More points are to be spent than there are."""

    code = "points_insufficient"
    text = N_("积分不够，请重新报价")
