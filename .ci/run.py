#!/usr/bin/env python3
"""Everything that has to hold: `make check`, `make test` and `make test DB=postgresql`, which must run the same tests.

Browser tests look the same on both engines: they run once, with SQLite.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent


def make(*arguments: str) -> None:
    """Run make here; end with its exit code when it fails."""
    print("$ make", *arguments, flush=True)
    done = subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


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
        for engine, report in reports.items():
            make("test", f"DB={engine}", f"ARGS=--junitxml={report}")
        counts = {engine: outcome(report) for engine, report in reports.items()}
    in_browsers = browser_tests()
    (sqlite, skipped), (postgresql, also_skipped) = counts["sqlite"], counts["postgresql"]
    print(
        f"SQLite:     {sqlite} tests, {in_browsers} of them in browsers, {sqlite - in_browsers} others, {skipped} skipped"
    )
    print(f"PostgreSQL: {postgresql} tests, {also_skipped} skipped")
    return 0 if sqlite - in_browsers == postgresql and not skipped and not also_skipped else 1


if __name__ == "__main__":
    sys.exit(main())
