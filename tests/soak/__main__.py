"""`python -m tests.soak [KILLS [REQUESTS [RUNS]]] [--only WORD]`: the long forms, with what was asked for, the seed and the time they took.

A worker is killed 2,000 times (KILLS) while a till sells, web and worker a tenth as often while four tills sell for wallet, points and
coupons: nothing is lost or doubled; forty workers while they import 50,000 messy rows, forty while they take them back. 50,000 generated
requests (REQUESTS), a quarter of them along the links between operations, each answered as the OpenAPI page tells, and every hostile
value in every field, form and address: nothing breaks; how many were really sent is counted, and fewer than wanted is a failure. 50,000
runs (RUNS) of the machine that trades beside the model; 10,000 tamperings with the books, all found; sixty-four tills at once for one
wallet, five hundred rounds; the whole file of a bakery, ticket by ticket; a million random member codes, none of them anybody's.
CHANGKE_SEED chooses other requests, runs and places; WORD runs just the forms it stands in: `make soak ARGS="--only malformed"` sends the
requests alone, `ARGS="2000 5000 --only malformed"` a tenth of them.
"""

import argparse
import os
import re
import subprocess
import sys
import time

KILLS, REQUESTS, RUNS, SEED = "2000", "50000", "50000", "2026"
SENT = re.compile(
    r"^(\d+) (?:generated requests to|requests, \d+ of them along a link)"
)  # what test_malformed prints of itself
FORMS = (
    "tests/services/test_worker_kill.py",
    "tests/services/test_shop_kill.py",
    "tests/services/test_import_kill.py",
    "tests/webapp/test_malformed.py",
    "tests/webapp/test_money_at_once.py",
    "tests/services/test_tampering.py",
    "tests/services/test_audit_chain.py",
    "tests/services/test_guessed_codes.py",
    "tests/webapp/test_guessing.py",
    "tests/services/test_replay.py",
    "tests/services/test_books_machine.py",
)


def main(kills: str = KILLS, requests: str = REQUESTS, runs: str = RUNS, only: str = "") -> int:
    """Run the long forms one after the other; 0 when all of them hold."""
    asked = {
        "CHANGKE_KILLS": kills,
        "CHANGKE_SHOP_KILLS": str(max(1, int(kills) // 10)),
        "CHANGKE_REQUESTS": requests,
        "CHANGKE_RUNS": runs,
    }
    more = {"CHANGKE_SEED": SEED, "CHANGKE_ROUNDS": "500", "CHANGKE_TAMPERINGS": "10000", "CHANGKE_TICKETS": "9531"}
    guesses = {"CHANGKE_CODES": "1000000", "CHANGKE_SCANS": "2000"}
    guesses |= {"CHANGKE_IMPORT_ROWS": "50000", "CHANGKE_IMPORT_KILLS": "40"}
    return max([run(form, more | guesses | os.environ | asked) for form in FORMS if only in form])


def run(form: str, environ: dict[str, str]) -> int:
    """One of them, with what it prints; the exit code of the test runner, or 1 where fewer requests were sent than wanted."""
    started, sent = time.monotonic(), 0
    command = [sys.executable, "-m", "pytest", "-q", "-rP", "--show-capture=stdout", "--timeout=0", form]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as going:
        for line in going.stdout or ():
            print(line, end="", flush=True)
            sent += int(told[1]) if (told := SENT.match(line)) else 0
    wanted = {name: value for name, value in environ.items() if name.startswith("CHANGKE_")}
    print(f"{form}: {wanted} in {time.monotonic() - started:.0f} s, exit {going.returncode}", flush=True)
    if not form.endswith("test_malformed.py"):
        return going.returncode
    print(f"{sent} generated requests were sent, {environ['CHANGKE_REQUESTS']} wanted", flush=True)
    return going.returncode or int(sent < int(environ["CHANGKE_REQUESTS"]))


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("kills", nargs="?", default=KILLS)
    parser.add_argument("requests", nargs="?", default=REQUESTS)
    parser.add_argument("runs", nargs="?", default=RUNS)
    parser.add_argument("--only", default="", metavar="WORD")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(**vars(arguments())))
