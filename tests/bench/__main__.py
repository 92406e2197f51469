"""`python -m tests.bench [ROW [its options]]`: every row of figures, or one of them.

    python -m tests.bench
    python -m tests.bench checkout --engine sqlite --rounds 3
    python -m tests.bench lighthouse

Ends with 1 when a row that has a figure to reach misses it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence

from tests.bench import bench_checkout, bench_lighthouse, bench_memory

# Each takes the options behind its name and returns whether what it must reach was reached.
ROWS: Mapping[str, Callable[[list[str]], bool]] = {
    "checkout": bench_checkout.main,
    "memory": bench_memory.main,
    "lighthouse": bench_lighthouse.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the named row, or all of them; the exit code tells."""
    if not arguments:
        reached = [row([]) for row in ROWS.values()]
        return 0 if all(reached) else 1
    name, *options = arguments
    if name not in ROWS:
        print(f"python -m tests.bench [{' | '.join(ROWS)}] [options]", file=sys.stderr)
        return 2
    return 0 if ROWS[name](options) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
