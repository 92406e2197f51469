"""The eight classes of RFM: how many are in each, where they were when the month began."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from services.segments.kinds import CATALOGUE, Scene
from services.segments.kinds.kind import Row, facts
from services.segments.models import FollowMark
from services.segments.rules.rfm import CLASSES

MARK = "rfm"  # the FollowMark of the day on which classes were noted


@dataclass(frozen=True)
class Classes:
    """`now` and `before` count living members by class; `moves` those who changed theirs, by from and to; `never` bought nothing yet.
    `noted_on`: since when (None: not once yet)."""

    now: Mapping[str, int]
    before: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]
    never: int
    noted_on: date | None

    @property
    def everybody(self) -> int:
        """All who bought something."""
        return sum(self.now.values())


def class_now(scene: Scene) -> ColumnElement[str | None]:
    """The class of a row of facts; NULL for who never bought."""
    tests = {name: CATALOGUE["rfm"].test({"one_of": [name]}, scene) for name in CLASSES}
    return case(*((test.where, name) for name, test in tests.items() if isinstance(test, Row)), else_=None)


def get_classes(session: Session, scene: Scene) -> Classes:
    """All of it in one walk over the facts."""
    now, before = class_now(scene), facts.c.rfm_before
    rows = select(now.label("now"), before, func.count()).where(facts.c.living).group_by("now", before)
    counts, earlier, moves = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    never = 0
    for here, there, count in session.execute(rows):
        if here is None:
            never += count
        else:
            counts[here] += count
        if there is not None:
            earlier[there] += count
        if here is not None and there is not None and here != there:
            moves[there, here] += count
    noted = session.get(FollowMark, MARK)
    return Classes(counts, earlier, moves, never, noted.day if noted else None)
