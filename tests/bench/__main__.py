"""`python -m tests.bench`: the product beside bare loops that do the same writes, in alternating rounds of one run."""

import sys

from tests.bench import bench_checkout

if __name__ == "__main__":
    bench_checkout.main(sys.argv[1:])
