"""Who was erased: known inside the database (keys that were destroyed) and beside it, in `$DATA/erased.json`, so that a copy of the books
from before an erasure does not bring the person back.

A line names a member by number only. Its MAC binds number, moment of joining and of the erasure: who knows no key can have nobody
erased, and a member of the same number in other books is somebody else.
"""

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members.models import Member
from services.shared import runtime
from services.shared.books import nightly
from services.shared.database import reading, shorten_log
from services.shared.models import MemberKey

NAME = "erased.json"


@dataclass(frozen=True)
class Line:
    """One erasure."""

    member_id: int
    at: str
    mac: str


def keep_list() -> None:
    """Write the list anew: who is erased in these books, and who was in the file before. Safe to run at any time."""
    with reading() as session:
        inside = list_erased(session)
    for folder in {runtime.config().data, *(place for place in (nightly.folder(),) if place.is_dir())}:
        path = folder / NAME
        _write(path, {**read_list(path), **inside})
    shorten_log()


def list_erased(session: Session) -> dict[int, Line]:
    """Who is erased in these books."""
    query = select(Member.id, Member.joined_at, MemberKey.destroyed_at).join(
        MemberKey, MemberKey.member_id == Member.id
    )
    rows = session.execute(query.where(MemberKey.destroyed_at.is_not(None))).all()
    return {row.id: _line(row.id, row.joined_at, row.destroyed_at.astimezone(UTC).isoformat()) for row in rows}


def list_forgotten(session: Session, known: Mapping[int, Line]) -> list[int]:
    """Who stands in the list and is not erased in these books."""
    rows = session.execute(select(Member.id, Member.joined_at).where(Member.id.in_(known))).all()
    erased = list_erased(session)
    return sorted(row.id for row in rows if row.id not in erased and _is_of(known[row.id], row.joined_at))


def read_list(path: Path) -> dict[int, Line]:
    """What a list says; nothing where there is none. Raises ValueError with words when it is no list."""
    try:
        told: Any = json.loads(path.read_text())
        return {int(each["member"]): Line(int(each["member"]), each["at"], each["mac"]) for each in told["erased"]}
    except FileNotFoundError:
        return {}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a list of erasures") from error


def _line(member_id: int, joined_at: datetime, at: str) -> Line:
    body = f"{member_id}:{joined_at.astimezone(UTC).isoformat()}:{at}"
    return Line(member_id, at, runtime.keys().sign("erasure", body.encode()).hex())


def _is_of(line: Line, joined_at: datetime) -> bool:
    return hmac.compare_digest(_line(line.member_id, joined_at, line.at).mac, line.mac)


def _write(path: Path, lines: Mapping[int, Line]) -> None:
    told = [{"member": line.member_id, "at": line.at, "mac": line.mac} for _, line in sorted(lines.items())]
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"erased": told}))
    draft.replace(path)
