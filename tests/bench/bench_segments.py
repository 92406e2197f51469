"""Segments of four conditions and more over a million members: the count and the first page beside the fastest of many hand-written
statements (segment_floors.py), in alternating rounds. Both find the same, or the bench ends.

SQLite works in this thread: there processor time is measured, which others on the machine hardly change; on PostgreSQL time passes on the
wall.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.segments.queries import Scene, count_meeting, list_meeting, load_scene, read_tree
from services.segments.rules.trees import Node
from services.shared import runtime
from services.shared.database import reading
from tests.bench import million, segment_floors
from tests.bench.segment_floors import PAGE, SEGMENTS, Asked, Moment, counting, paging

MOST = 1.25
PATIENCE, AGAIN = 3, 1.5  # times as long as the fastest so far: then a way is given up, not tried a second time


CLOCKS: Mapping[str, Callable[[], float]] = {"sqlite": time.thread_time, "postgresql": time.perf_counter}


class TooSlowError(Exception):
    """A way took too long."""


class Bare:
    """The driver alone."""

    def __init__(self, raw: Any, engine: str) -> None:
        self.raw, self.engine = raw, engine

    def run(self, statement: str) -> tuple[float, list[Any]]:
        """Seconds, and the rows."""
        started = CLOCKS[self.engine]()
        rows = self.raw.execute(statement).fetchall()
        return CLOCKS[self.engine]() - started, rows

    def within(self, statement: str, seconds: float) -> tuple[float, list[Any]]:
        """The same, given up after so many seconds. Raises TooSlowError."""
        with self._limited(seconds):
            return self.run(statement)

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        import sqlite3

        import psycopg

        until = CLOCKS[self.engine]() + seconds
        if self.engine == "sqlite":
            self.raw.set_progress_handler(lambda: time.thread_time() > until, 20_000)
        else:
            self.raw.execute(f"SET statement_timeout = {max(1, int(seconds * 1000))}")
        try:
            yield
        except (sqlite3.OperationalError, psycopg.errors.QueryCanceled) as error:
            if "interrupted" not in str(error) and not isinstance(error, psycopg.errors.QueryCanceled):
                raise
            raise TooSlowError from error
        finally:
            if self.engine == "sqlite":
                self.raw.set_progress_handler(None, 0)
            else:
                self.raw.execute("SET statement_timeout = 0")

    def fastest(self, statements: list[str]) -> tuple[str, list[Any]]:
        """The fastest of these statements, and what it finds; all that end find the same."""
        best: tuple[float, str, list[Any]] | None = None
        for statement in dict.fromkeys(statements):
            with contextlib.suppress(TooSlowError):
                limit = 60.0 if best is None else max(0.3, PATIENCE * best[0])
                took, rows = self.within(statement, limit)
                if best is None or took < AGAIN * best[0]:
                    took = min(took, self.run(statement)[0])
                if best is not None and rows != best[2]:
                    raise AssertionError(f"{statement}\nfinds {rows[:5]}, not {best[2][:5]} as\n{best[1]}")
                best = min(best or (took, statement, rows), (took, statement, rows), key=lambda each: each[0])
        assert best is not None
        return best[1], best[2]


@dataclass(frozen=True)
class Bench:
    """One engine with the large shop open on it."""

    session: Session
    scene: Scene
    bare: Bare
    at: Moment
    rounds: int
    loud: bool

    def ratios(self, place: int, asked: Asked) -> list[float]:
        """Of the count and of the first page of a segment; prints them."""
        session, scene, bare = self.session, self.scene, self.bare
        node = read_tree(session, {"all": list(asked.tree)})
        ways = segment_floors.ways(asked.parts(self.at), self.at.engine)
        count = count_meeting(session, node, scene)
        said, found = bare.fastest([counting(way) for way in ways])
        assert found[0][0] == count, f"{asked.name}: we count {count}, by hand it is {found[0][0]}\n{said}"
        one = _ratio(
            lambda: count_meeting(session, node, scene), lambda: bare.run(said), self.rounds, CLOCKS[self.at.engine]
        )
        listed, page = bare.fastest([paging(way) for way in ways])
        ours = _page(session, node, scene, count)
        assert ours == [row[0] for row in page], f"{asked.name}: our page is not the one by hand\n{listed}"
        two = _ratio(
            lambda: _page(session, node, scene, count), lambda: bare.run(listed), self.rounds, CLOCKS[self.at.engine]
        )
        print(
            f"  {self.at.engine} {place:2} {asked.name:48} {count:7}   count {one[1]:8.2f} ms ÷ {one[2]:8.2f} = {one[0]:5.2f}   "
            f"page {two[1]:8.2f} ms ÷ {two[2]:8.2f} = {two[0]:5.2f}",
            flush=True,
        )
        if self.loud:
            print(f"     {said}\n     {listed}", flush=True)
        return [one[0], two[0]]


def measure(engine: str, rounds: int, wanted: str, *, loud: bool) -> list[float]:
    """The ratios of counts and pages on one engine; prints them."""
    ratios: list[float] = []
    with million.opened(engine) as last, reading() as session, _bare(engine) as bare:
        scene = load_scene(session, at=last)
        at = Moment(scene.today, scene.at, scene.settings.zone, engine)
        bench = Bench(session, scene, bare, at, rounds, loud)
        for place, asked in enumerate(SEGMENTS, start=1):
            if wanted in asked.name:
                ratios += bench.ratios(place, asked)
    ratios.sort()
    print(
        f"segments {engine}: {len(ratios) // 2} segments over {million.MEMBERS} members, counts and first pages: "
        f"median {statistics.median(ratios):.2f}, worst {ratios[-1]:.2f}; {sum(each <= MOST for each in ratios)} of {len(ratios)} "
        f"within {MOST} (medians of {rounds} alternating rounds)",
        flush=True,
    )
    return ratios


def _page(session: Session, node: Node, scene: Scene, count: int) -> list[int]:
    return list_meeting(session, node, scene, limit=PAGE, count=count)


def _ratio(
    ours: Callable[[], Any], bare: Callable[[], Any], rounds: int, clock: Callable[[], float]
) -> tuple[float, float, float]:
    """Ours ÷ by hand, and the milliseconds of both: medians of alternating rounds."""
    mine, floor = [], []
    ours()
    for _ in range(rounds):
        mine.append(_seconds(ours, clock))
        floor.append(_seconds(bare, clock))
    each = statistics.median(mine), statistics.median(floor)
    return each[0] / each[1], each[0] * 1000, each[1] * 1000


def _seconds(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    started = clock()
    work()
    return clock() - started


@contextlib.contextmanager
def _bare(engine: str) -> Iterator[Bare]:
    connection = runtime.current().engine.raw_connection()
    try:
        raw: Any = connection.driver_connection
        if engine == "postgresql":
            raw.autocommit = True
        yield Bare(raw, engine)
    finally:
        connection.invalidate()


def main(arguments: list[str]) -> bool:
    """Measure both engines, or those named; whether every ratio is within 1.25."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench segments", description=__doc__)
    parser.add_argument("--engine", choices=million.ENGINES, action="append")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="a part of the name of a segment")
    parser.add_argument("--loud", action="store_true", help="print the fastest statements by hand")
    chosen = parser.parse_args(arguments)
    found = [measure(each, chosen.rounds, chosen.only, loud=chosen.loud) for each in chosen.engine or million.ENGINES]
    return all(each <= MOST for ratios in found for each in ratios)
