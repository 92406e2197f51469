"""What a purchase earns (domain.md, *Points*)."""

from typing import Literal

Way = Literal["steps", "proportional"]


def points_for(paid: int, *, step: int, per_step: int, way: Way) -> int:
    """Whole points for `paid` fen, rounded down once per order.

    `steps`: `per_step` points for each full `step` fen. `proportional`: the same rate on every fen.
    """
    if paid <= 0:
        return 0
    if way == "proportional":
        return paid * per_step // step
    return paid // step * per_step
