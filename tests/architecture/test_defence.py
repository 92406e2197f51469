"""docs/defence.md is true: every number that quality asks for stands there once, and every file and test it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = re.findall(
    r"[\d.]+",
    "1.2.1 1.2.4 1.2.10 1.3.6 1.3.7 1.5.1 2.2.2 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1 3.3.1 3.3.2 3.3.4 3.4.3 3.4.6 3.5.1 4.1.3 5.2.2 5.2.3 "
    "6.3.1 6.3.4 6.4.3 6.5.1 6.6.3 7.2.4 7.4.1 7.4.2 7.5.3 8.2.1 8.2.2 8.2.3 8.3.1 11.4.2 11.5.1 14.2.7 15.3.2 15.3.3 15.4.2",
)


def rows() -> list[list[str]]:
    """The lines of the table: number, what, where, test, state."""
    lines = (ROOT / "docs/defence.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]


def test_every_number_stands_there_once() -> None:
    assert [row[0] for row in rows()] == WANTED


def test_what_is_named_exists() -> None:
    missing = []
    for number, _what, where, tests, _state in rows():
        for name in re.findall(r"`([^`]+)`", f"{where} {tests}"):
            path, _, test = name.partition("::")
            file = ROOT / path
            if not file.exists() or (test and f"def {test}(" not in file.read_text()):
                missing.append(f"{number}: {name}")
    assert missing == []


def test_what_is_held_has_a_test() -> None:
    assert [row[0] for row in rows() if row[4].startswith("held") and "tests/" not in row[3]] == []
