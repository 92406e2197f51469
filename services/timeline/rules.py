"""What stands on a timeline, in which order, and where a page of it ends."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# In the order in which things of one moment stand: what was told first, then what it brought.
SOURCES = (
    "interactions",
    "orders",
    "refunds",
    "wallet",
    "points",
    "coupons",
    "messages",
    "consents",
    "withdrawals",
    "joined",
)
_PLACE = re.compile(r"^(\d{1,17})-(\d)-(\d{1,19})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Happening:
    """One thing that happened: `source` of SOURCES, `kind` as its domain calls it. `money` is fen, `points` are points; `words` are a
    number, a title, a note. `order_id` where an order was the cause; `done_by` is the name of the staff who did it; `read_at` is when a
    message was read."""

    source: str
    id: int
    kind: str
    at: datetime
    store_id: int | None = None
    order_id: int | None = None
    money: int | None = None
    points: int | None = None
    words: str = ""
    done_by: str = ""
    done_by_id: int | None = None
    read_at: datetime | None = None

    @property
    def place(self) -> "Place":
        """Where on the timeline it stands."""
        return Place(self.at, SOURCES.index(self.source), self.id)


@dataclass(frozen=True)
class Place:
    """A place on the timeline: later moments first, then by source, then later ids."""

    at: datetime
    rank: int
    id: int

    @property
    def key(self) -> tuple[timedelta, int, int]:
        """What sorts upwards from the newest."""
        return _EPOCH - self.at, self.rank, -self.id

    def text(self) -> str:
        """As a cursor."""
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.rank}-{self.id}"


def read_place(text: str) -> Place | None:
    """A cursor read back; None where it is none."""
    found = _PLACE.match(text)
    if found is None or int(found[2]) >= len(SOURCES) or int(found[3]) >= 2**63:
        return None
    try:
        return Place(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]), int(found[3]))
    except OverflowError:
        return None
