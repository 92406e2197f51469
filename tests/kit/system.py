"""The Debian packages that the tests need. `python -m tests.kit.system` installs what is missing when root, and
otherwise says the one command to run first and fails. Needs nothing but Python itself.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# package → a file it brings (the star stands for PostgreSQL's version)
PACKAGES = {
    "chromium": "usr/bin/chromium",
    "firefox-esr": "usr/bin/firefox-esr",
    "fonts-noto-cjk": "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "postgresql": "usr/lib/postgresql/*/bin/initdb",
    "redis-server": "usr/bin/redis-server",
}


def missing_system_packages(root: Path = Path("/")) -> list[str]:
    """Names of the packages that are not there."""
    return [package for package, proof in PACKAGES.items() if not any(root.glob(proof))]


def install_commands(packages: Sequence[str]) -> list[list[str]]:
    """How to install them; waits up to ten minutes for another apt to finish."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-q"]
    return [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages]]


def main(root: Path = Path("/")) -> int:
    """Make sure that everything is there; the exit code tells."""
    missing = missing_system_packages(root)
    if not missing:
        return 0
    commands = install_commands(missing)
    if os.geteuid() != 0:
        line = " && ".join("sudo " + shlex.join(command) for command in commands)
        print(f"The tests need packages that are not installed. Run this first:\n\n    {line}\n", file=sys.stderr)
        return 1
    for command in commands:
        subprocess.run(command, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return 1 if missing_system_packages(root) else 0


if __name__ == "__main__":
    sys.exit(main())
