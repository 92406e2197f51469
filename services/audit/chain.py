"""How entries are sealed: a MAC over each as it is written, and a chain of MACs over their order.

The chain is made by a job, never by the command that is audited: a sale waits for nobody (the position is the order in which the job
found them, so that a transaction which commits late is simply put in later). Who knows no key can neither change, add, remove nor
reorder what is chained; what is not chained yet (some seconds) can only be removed whole.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from services.shared import runtime

START = b""  # what the first entry is chained to
ERASED = "erased"
# What a MAC binds. The list is part of the log's format and changes only with a migration that seals anew.
BOUND = (
    "at", "nonce", "action", "actor_kind", "actor_id", "actor_name", "origin", "store_id", "subject_kind", "subject_id", "member_id",
    "changes",
)  # fmt: skip


def seal_entry(entry: Mapping[str, Any]) -> bytes:
    """The MAC of an entry's content."""
    told = [entry[name] for name in BOUND if name not in {"at", "nonce"}]
    body = json.dumps(
        [entry["at"].astimezone(UTC).isoformat(), entry["nonce"].hex(), *told],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return runtime.keys().sign("audit", body.encode())


def seal_remains(entry: Mapping[str, Any]) -> str:
    """What an entry says of itself (`changes["erased"]`) from which the words of somebody erased were taken: a MAC over what is left.

    Its first MAC stays, and with it the chain; only who knows the key can take something out.
    """
    left = {name: value for name, value in entry["changes"].items() if name != ERASED}
    body = entry["id"].to_bytes(8, "big", signed=True) + entry["mac"] + seal_entry({**entry, "changes": left})
    return runtime.keys().sign("audit-erased", body).hex()


def chain(before: bytes, position: int, entry_id: int, mac: bytes) -> bytes:
    """What an entry is chained with: the end before it, its place, its id and its own MAC."""
    placed = position.to_bytes(8, "big") + entry_id.to_bytes(8, "big", signed=True)
    return runtime.keys().sign("audit-chain", placed + before + mac)


def seal_end(kind: str, position: int, chained: bytes) -> bytes:
    """The MAC of a head or of a checkpoint (`kind` names which)."""
    return runtime.keys().sign(f"audit-{kind}", position.to_bytes(8, "big") + chained)
