"""Points come in lots and leave by the lot that expires first (domain.md, *Points*)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEAST_LIFE_AFTER_RETURN = timedelta(days=7)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Lot:
    """A lot as spending sees it."""

    id: int
    left: int
    expires_at: datetime | None
    order_id: int | None = None


def take(lots: Sequence[Lot], points: int, *, first: Collection[int] = ()) -> tuple[dict[int, int], int]:
    """What to take from which lot (id → points), and what is owed because there are not enough.

    The lot that expires first goes first, one without expiry last; those named by `first` before all: a clawback begins with
    the lots that its order earned (what the order spent and got back is the member's own).
    """

    def turn(lot: Lot) -> tuple[bool, datetime, int]:
        return lot.id not in first, lot.expires_at or _NEVER, lot.id

    taken: dict[int, int] = {}
    for lot in sorted(lots, key=turn):
        if not points:
            break
        part = min(lot.left, points)
        if part:
            taken[lot.id] = part
            points -= part
    return taken, points


def left_of_new(points: int, balance_before: int) -> int:
    """How much of newly earned points stays in its lot: a debt is repaid first."""
    return max(0, points - max(0, -balance_before))


def expiry_after_return(expires_at: datetime | None, at: datetime) -> datetime | None:
    """Until when returned points live: as before, at least seven days."""
    return None if expires_at is None else max(expires_at, at + LEAST_LIFE_AFTER_RETURN)
