"""Personal values at rest, under a key of each member's own. Destroying the key erases them wherever they lie in the shop (domain.md,
*Ground*); what binds the ciphertext (the audit chain) stays whole.

The member's key rests encrypted under the shop's data key. The kernel knows a member by number only.
"""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared import runtime
from services.shared.models import MemberKey

_PURPOSE = "member-key"
_keys: Any = MemberKey.__table__
_MADE = {
    name: insert(_keys).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Erased(Exception):  # noqa: N818 (a fact about the member, not a mistake)
    """The member's key was destroyed: nothing of theirs can be read or written any more."""


def seal(session: Session, member_id: int, content: bytes, purpose: str, *, at: datetime) -> str:
    """`content` encrypted under the member's key (made on first use) and bound to `purpose`, as text. Raises Erased."""
    key, nonce = _key(session, member_id, at), secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, content, _bound(member_id, purpose))).decode()


def unseal(session: Session, member_id: int, sealed: str, purpose: str) -> bytes | None:
    """The inverse of `seal`; None once the member's key is destroyed. Raises InvalidTag on anything that `seal` did not write."""
    key = load(session, {member_id}).get(member_id)
    if key is None:
        return None
    raw = base64.b64decode(sealed)
    return AESGCM(key).decrypt(raw[:12], raw[12:], _bound(member_id, purpose))


def load(session: Session, member_ids: Collection[int]) -> dict[int, bytes]:
    """The keys of these members that still exist, read once per session: call it before unsealing many."""
    kept: dict[int, bytes | None] = session.info.setdefault("member_keys", {})
    missing = set(member_ids) - kept.keys()
    if missing:
        query = select(_keys.c.member_id, _keys.c.key).where(_keys.c.member_id.in_(missing))
        found: dict[int, bytes | None] = dict(session.execute(query).all())
        for member_id in missing:
            sealed = found.get(member_id)
            kept[member_id] = runtime.keys().decrypt(sealed, _PURPOSE) if sealed else None
    return {member_id: key for member_id in member_ids if (key := kept[member_id]) is not None}


def destroy(session: Session, member_id: int, *, at: datetime) -> None:
    """Forget the member's key for ever. Done twice it changes nothing."""
    living = update(_keys).where(_keys.c.member_id == member_id, _keys.c.destroyed_at.is_(None))
    session.execute(living.values(key=None, destroyed_at=at))
    never = {"member_id": member_id, "key": None, "made_at": at, "destroyed_at": at}
    session.connection().execute(_MADE[session.get_bind().dialect.name], never)
    session.info.pop("member_keys", None)


def destroyed_at(session: Session, member_id: int) -> datetime | None:
    """When the member's key was destroyed: that is when they were erased."""
    found: datetime | None = session.scalar(select(_keys.c.destroyed_at).where(_keys.c.member_id == member_id))
    return found


def _key(session: Session, member_id: int, at: datetime) -> bytes:
    found = load(session, {member_id}).get(member_id)
    if found is not None:
        return found
    fresh = runtime.keys().encrypt(secrets.token_bytes(32), _PURPOSE)
    row = {"member_id": member_id, "key": fresh, "made_at": at, "destroyed_at": None}
    session.connection().execute(_MADE[session.get_bind().dialect.name], row)
    session.info.pop("member_keys", None)  # mine, or of somebody who made one at this very moment
    made = load(session, {member_id}).get(member_id)
    session.info.pop("member_keys", None)  # not kept: a savepoint that is rolled back takes the row with it
    if made is None:
        raise Erased
    return made


def _bound(member_id: int, purpose: str) -> bytes:
    return f"{purpose}:{member_id}".encode()
