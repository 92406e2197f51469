"""Whose passkeys there are."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin import ceremonies
from services.signin.models import Passkey

Kind = Literal["staff", "member"]
PASSKEY_AGE = timedelta(hours=24)
SHOWN_PASSKEY_AGE = timedelta(days=30)  # made by somebody whom a code that staff showed had let in


def owner_of(actor: Actor) -> tuple[Kind, int]:
    """Whose passkeys `actor` has: those of a member of staff, or of a member. Raises NotFound for a program."""
    if actor.kind not in ("staff", "member") or actor.id is None:
        raise NotFound("passkey_not_found")
    return ("staff" if actor.kind == "staff" else "member"), actor.id


def list_passkeys(session: Session, kind: Kind, owner_id: int) -> list[Passkey]:
    """The passkeys of one person, the oldest first."""
    whose = Passkey.staff_id if kind == "staff" else Passkey.member_id
    return list(session.scalars(select(Passkey).where(whose == owner_id).order_by(Passkey.id)))


def passkeys_are_possible() -> bool:
    """Whether browsers do passkeys at this shop's address."""
    return ceremonies.are_possible()


def require_passkeys() -> None:
    """Raise NotFound where browsers do no passkeys at this shop's address. Loads what a ceremony needs, so that no write waits for it."""
    if not ceremonies.are_possible():
        raise NotFound("passkeys_impossible")
    ceremonies.load()


def has_used_old_passkey(session: Session, member_id: int, *, at: datetime) -> bool:
    """Whether the passkey that a member has just used (`at`) is old enough to tell who they are: a session is enough to make one, and
    whoever it was made for has been told since. One that came of a code that staff showed has to be much older: it may be an accomplice's.
    """
    age = case((Passkey.by_shown_code, at - SHOWN_PASSKEY_AGE), else_=at - PASSKEY_AGE)
    used = (Passkey.member_id == member_id, Passkey.used_at == at, Passkey.created_at <= age)
    return session.scalar(select(Passkey.id).where(*used).limit(1)) is not None
