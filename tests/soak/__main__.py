"""`python -m tests.soak [KILLS]`: the worker is killed 2,000 times (or KILLS) while a till sells; nothing is lost or doubled."""

import os
import subprocess
import sys
import time

LONG = ("tests/services/test_worker_kill.py",)


def main(kills: str = "2000") -> int:
    """Run the long forms; the exit code of the test runner."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", *LONG]
    done = subprocess.run(command, env={**os.environ, "CHANGKE_KILLS": kills}, check=False)
    print(f"{kills} kills in {time.monotonic() - started:.0f} s, exit {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
