"""What happens to tills. Amounts are fen."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class TillOpened(Event):
    """Somebody began a shift with this float."""

    shift_id: int
    store_id: int
    opening_float: int


@dataclass(frozen=True)
class TillClosed(Event):
    """A shift was counted and closed; `difference` is counted − expected over all tenders."""

    shift_id: int
    store_id: int
    difference: int
