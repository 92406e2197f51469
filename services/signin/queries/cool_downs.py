"""Whether a member spends little for a while: a phone that came in by a code alone may be a thief's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.shared import runtime
from services.signin.errors import ProofRequired
from services.signin.models import CoolDown, MemberSession, SpendingProof, WalletPin
from services.signin.queries.proofs import Proof
from services.stores.queries import load_settings


def hold_cool_down(session: Session, member_id: int) -> None:
    """Let one sale of a member who cools down follow the other."""
    session.execute(select(CoolDown.member_id).where(CoolDown.member_id == member_id).with_for_update())


def find_cool_down(session: Session, member_id: int, *, at: datetime) -> CoolDown | None:
    """What still holds for this member, if anything."""
    return session.scalar(select(CoolDown).where(CoolDown.member_id == member_id, CoolDown.ends_at > at))


def knows_browser(session: Session, member_id: int, known: str) -> bool:
    """Whether this member came in on this browser before (`known`: what it keeps), and did not sign it out from elsewhere since."""
    mine = (MemberSession.member_id == member_id, MemberSession.known_hash == runtime.keys().hash(known))
    return session.scalar(select(MemberSession.id).where(*mine).limit(1)) is not None


def has_come_in(session: Session, member_id: int) -> bool:
    """Whether this member was ever signed in, as far as is still known."""
    mine = select(MemberSession.id).where(MemberSession.member_id == member_id)
    return session.scalar(mine.limit(1)) is not None


def require_warm(session: Session, proof: Proof, member_id: int, *, at: datetime) -> None:
    """Raise ProofRequired while the member cools down, unless the wallet PIN says yes that was chosen before, or a manager answers."""
    cooling = find_cool_down(session, member_id, at=at)
    if cooling is None:
        return
    asked = session.get(SpendingProof, proof.id) if proof.kind == "proof" else None
    way = asked.way if asked is not None else "scan"
    if way == "override" or (way == "pin" and _is_older(session, member_id, cooling)):
        return
    until = cooling.ends_at.astimezone(ZoneInfo(load_settings(session).zone))
    raise ProofRequired("cooling", until=f"{until:%m-%d %H:%M}")


def _is_older(session: Session, member_id: int, cooling: CoolDown) -> bool:
    pin = session.get(WalletPin, member_id)
    return pin is not None and pin.changed_at < cooling.started_at
