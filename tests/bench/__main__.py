"""`python -m tests.bench [ROW [its options]]`: every row of figures, or one of them.

    python -m tests.bench
    python -m tests.bench checkout --engine sqlite --rounds 3
    python -m tests.bench lighthouse

Ends with 1 when a row that has a figure to reach misses it.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.bench import (
    bench_checkout,
    bench_coupons,
    bench_facts,
    bench_import,
    bench_lighthouse,
    bench_memory,
    bench_search,
    bench_segments,
)

# Each takes the options behind its name and returns whether what it must reach was reached.
Row = Callable[[list[str]], bool]
ROWS: Mapping[str, Row] = {
    "checkout": bench_checkout.main,
    "coupons": bench_coupons.main,
    "import": bench_import.main,
    "memory": bench_memory.main,
    "facts": bench_facts.main,
    "search": bench_search.main,
    "segments": bench_segments.main,
    "lighthouse": bench_lighthouse.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the named row, or all of them; the exit code tells."""
    if not arguments:
        reached = [_quietly(row, []) for row in ROWS.values()]
        return 0 if all(reached) else 1
    name, *options = arguments
    if name not in ROWS:
        print(f"python -m tests.bench [{' | '.join(ROWS)}] [options]", file=sys.stderr)
        return 2
    return 0 if _quietly(ROWS[name], options) else 1


def _quietly(row: Row, options: list[str]) -> bool:
    """Run a row; say so when the machine had other things to do, for then its figures say little."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        print(f"this machine is busy (load {load:.1f} on {cores} cores): do not trust what follows", flush=True)
    return row(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
