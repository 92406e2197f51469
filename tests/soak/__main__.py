"""`python -m tests.soak [KILLS [REQUESTS]]`: the long forms, with what was asked for, the seed and the time they took.

A worker is killed 2,000 times (KILLS) while a till sells: nothing is lost or doubled. 50,000 generated requests (REQUESTS) and
every hostile value in every field, form and address: nothing breaks. A till sells 500 times while its network flips 100 times: each
sale is booked once, in order per member. CHANGKE_SEED chooses other requests.
"""

import os
import subprocess
import sys
import time

KILLS, REQUESTS, SEED = "2000", "50000", "2026"
NETWORK = {"CHANGKE_FLIPS": "100", "CHANGKE_SALES": "500"}
FORMS = (
    "tests/services/test_worker_kill.py",
    "tests/webapp/test_malformed.py",
    "tests/browser/test_offline_sales.py",
)


def main(kills: str = KILLS, requests: str = REQUESTS) -> int:
    """Run the long forms one after the other; 0 when all of them hold."""
    asked = {"CHANGKE_KILLS": kills, "CHANGKE_REQUESTS": requests, **NETWORK}
    seed = os.environ.get("CHANGKE_SEED", SEED)
    return max([run(form, {"CHANGKE_SEED": seed} | os.environ | asked) for form in FORMS])


def run(form: str, environ: dict[str, str]) -> int:
    """One of them, with what it prints; the exit code of the test runner."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-rP", "--show-capture=stdout", "--timeout=0", form]
    done = subprocess.run(command, env=environ, check=False)
    wanted = {name: value for name, value in environ.items() if name.startswith("CHANGKE_")}
    print(f"{form}: {wanted} in {time.monotonic() - started:.0f} s, exit {done.returncode}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
