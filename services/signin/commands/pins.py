"""The wallet PIN: six digits that a member chooses in the member app and types at a counter (domain.md, *Stored value*)."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity.rules import hash_password
from services.shared.actors import Actor
from services.shared.events import announce
from services.signin import permissions
from services.signin.events import WalletPinChanged
from services.signin.models import WalletPin


def hash_pin(pin: str) -> str:
    """What is kept of a PIN. Slow on purpose, so never inside a writing transaction."""
    return hash_password(pin)


def change_wallet_pin(session: Session, member_id: int, pin_hash: str, *, actor: Actor, at: datetime) -> None:
    """The member's PIN is another one from now on; whoever calls has checked the former one."""
    pin = session.get(WalletPin, member_id)
    if pin is None:
        session.add(WalletPin(member_id=member_id, pin_hash=pin_hash, changed_at=at))
    else:
        pin.pin_hash, pin.changed_at = pin_hash, at
    audit.record(session, "wallet_pins:change", ("member", member_id), actor=actor, at=at)
    announce(session, WalletPinChanged(member_id, at.isoformat()), at=at)


def erase_wallet_pin(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """A manager takes a forgotten PIN away; the member chooses a new one in the app."""
    actor.require(permissions.PROOFS_OVERRIDE)
    pin = session.get(WalletPin, member_id)
    if pin is not None:
        session.delete(pin)
    audit.record(session, "wallet_pins:erase", ("member", member_id), actor=actor, at=at)
