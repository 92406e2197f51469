#!/usr/bin/env python3
"""Everything that has to hold: `make check`, `make test` and `make test DB=postgresql`, which must run the same tests.

Browser tests look the same on both engines: they run once, with SQLite. A few that fail are tried once more by themselves, and named:
a browser beside two busy cores is at times late, and what is really broken fails twice.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
FEW = 3  # more browser tests that fail are no accident
BROWSER = "tests.browser."


def run_make(*arguments: str) -> int:
    """Run make here; its exit code."""
    print("$ make", *arguments, flush=True)
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, check=False).returncode


def make(*arguments: str) -> None:
    """Run make here; end with its exit code when it fails."""
    if code := run_make(*arguments):
        sys.exit(code)


def failed(report: Path) -> list[tuple[str, str]]:
    """Modules and names of the tests that failed in a run."""
    cases = ET.parse(report).getroot().iter("testcase") if report.exists() else []
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return list(dict.fromkeys((case.get("classname", ""), case.get("name", "")) for case in bad))


def test(engine: str, report: Path) -> list[str]:
    """Run every test on an engine; the browser tests that passed only at the second try."""
    code = run_make("test", f"DB={engine}", f"ARGS=--junitxml={report}")
    if not code:
        return []
    late = failed(report)
    if not 0 < len(late) <= FEW or not all(module.startswith(BROWSER) for module, _ in late):
        sys.exit(code)
    ids = [f"{module.replace('.', '/')}.py::{name}" for module, name in late]
    make("test", f"DB={engine}", "ARGS=" + " ".join(map(shlex.quote, ids)))
    return ids


def outcome(report: Path) -> tuple[int, int]:
    """How many tests a run had, and how many it skipped."""
    suites = ET.parse(report).getroot().iter("testsuite")
    counts = [(int(suite.get("tests", 0)), int(suite.get("skipped", 0))) for suite in suites]
    return sum(tests for tests, _ in counts), sum(skipped for _, skipped in counts)


def browser_tests() -> int:
    """How many tests drive a browser."""
    command = [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", "--collect-only", "-m", "browser"]
    found = subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "DB": "sqlite", "PYTEST_ADDOPTS": ""},
    )
    return sum("::" in line for line in found.stdout.splitlines())


def main() -> int:
    """Run it all; the exit code tells."""
    with tempfile.TemporaryDirectory() as folder:
        reports = {engine: Path(folder) / f"{engine}.xml" for engine in ("sqlite", "postgresql")}
        make("check")
        late = [each for engine, report in reports.items() for each in test(engine, report)]
        counts = {engine: outcome(report) for engine, report in reports.items()}
    in_browsers = browser_tests()
    (sqlite, skipped), (postgresql, also_skipped) = counts["sqlite"], counts["postgresql"]
    print(
        f"SQLite:     {sqlite} tests, {in_browsers} of them in browsers, {sqlite - in_browsers} others, {skipped} skipped"
    )
    print(f"PostgreSQL: {postgresql} tests, {also_skipped} skipped")
    for each in late:
        print(f"passed only at the second try: {each}")
    return 0 if sqlite - in_browsers == postgresql and not skipped and not also_skipped else 1


if __name__ == "__main__":
    sys.exit(main())
