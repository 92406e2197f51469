"""Files that are tables: workbooks (xlsx, xls, ods) and CSV, read in a process of its own with little memory and little time.

What unpacks other people's files may be led astray by them: a sheet whose last cell stands a billion cells away, a zip that never ends.
Then that process dies, and not the one that serves the shop.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.shared.words import N_

MOST_BYTES = 10 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, MOST_CELLS = 100_000, 100, 20, 2_000_000
LONGEST = (
    600  # characters of a cell that are read: more than any field takes, so that what is too long is told and not cut
)
SECONDS, MEGABYTES = 20, 640

TOO_LARGE = N_("文件太大了：最多 10 MB、10 万行、100 列、20 张表，请分成几份")
UNREADABLE = N_("打不开这个文件，请另存为 .xlsx 或 .csv 再试")
EMPTY = N_("文件是空的")
_WORDS = {"too_large": TOO_LARGE, "unreadable": UNREADABLE, "empty": EMPTY}

Cell = str | int | None


class UnreadableError(Exception):
    """The file is no table that we take; its only argument are the words to show (a msgid)."""


@dataclass(frozen=True)
class Sheet:
    """A name, and rows of cells as they stand, blank rows too: the place of a row is its number less one.

    A cell is text, a whole number or None; a day is ISO text, any other number text with as many digits as spreadsheets keep.
    """

    name: str
    rows: list[list[Cell]]


def read(data: bytes) -> list[Sheet]:
    """Every sheet that holds something. Raises UnreadableError."""
    if not data:
        raise UnreadableError(EMPTY)
    if len(data) > MOST_BYTES:
        raise UnreadableError(TOO_LARGE)
    reader = Path(__file__).with_name("reader.py")
    limits = [str(each) for each in (MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, MOST_CELLS, LONGEST, SECONDS, MEGABYTES)]
    command = [sys.executable, "-I", str(reader), *limits]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS * 2, check=False)  # noqa: S603 (our own script)
    except subprocess.TimeoutExpired:
        raise UnreadableError(TOO_LARGE) from None
    if done.returncode:  # it died of what it was given
        raise UnreadableError(TOO_LARGE)
    told = json.loads(done.stdout)
    if "refused" in told:
        raise UnreadableError(_WORDS[told["refused"]])
    return [Sheet(each["name"], each["rows"]) for each in told["sheets"]]
