"""Where the chain ended when this machine chained last, in a file beside the database: whoever can write the database alone can neither
shorten the chain nor begin it anew unnoticed.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from services.shared import runtime


@dataclass(frozen=True)
class Mark:
    """So many entries, ending with `chained`."""

    position: int
    chained: bytes


def find() -> Mark | None:
    """The last mark; None where nothing was chained from here yet (a fresh shop, a restored copy)."""
    try:
        told = json.loads(_path().read_text())
    except FileNotFoundError:
        return None
    return Mark(int(told["position"]), bytes.fromhex(told["chained"]))


def keep(mark: Mark) -> None:
    """Remember where the chain ends now."""
    draft = _path().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"position": mark.position, "chained": mark.chained.hex()}))
    draft.chmod(0o600)
    draft.replace(_path())


def _path() -> Path:
    return runtime.config().data / "audit-end.json"
