"""What happens to a person's credentials, together with the browsers they are signed in on."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from services.identity import commands as identity
from services.identity.models import Staff
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.signin.commands.passkeys import remove_passkey
from services.signin.commands.recovery_codes import drop_shown_code
from services.signin.commands.second_steps import drop_second_steps
from services.signin.commands.sessions import revoke_staff_sessions
from services.signin.commands.staff_pins import drop_staff_pin
from services.signin.models import SecondStep, StaffSession
from services.signin.queries.passkeys import list_passkeys


def disable_staff(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> Staff:
    """Someone no longer works here and is signed out everywhere, for good: coming back means signing in again."""
    staff = identity.disable_staff(session, staff_id, actor=actor, at=at)
    revoke_staff_sessions(session, staff_id, actor=actor, at=at)
    return staff


def set_password(
    session: Session, staff_id: int, password: str, *, keep: int | None = None, actor: Actor, at: datetime
) -> str:
    """Give someone (or oneself) a new password; whoever is in with the old one is signed out, but for the session `keep`.

    That one goes on under the new secret which this returns: a cookie that was stolen before is worth nothing. Empty without `keep`.
    From somebody else's hand it takes the passkeys, the second step, the codes on paper, the PIN and their API tokens away, too.
    """
    if actor.kind != "staff" or actor.id != staff_id:  # a phone was lost, or a password is out
        # Before the person's row, in the order in which a sign-in locks them.
        for each in list_passkeys(session, "staff", staff_id):
            remove_passkey(session, each.id, actor=actor, at=at)
    identity.set_password(session, staff_id, password, actor=actor, at=at)
    drop_shown_code(session, staff_id)
    session.execute(
        delete(SecondStep).where(SecondStep.staff_id == staff_id)
    )  # who knew the old one does not come in with it
    if actor.kind != "staff" or actor.id != staff_id:
        drop_second_steps(session, staff_id, codes=True)
        drop_staff_pin(session, staff_id)
        identity.revoke_tokens_of(session, staff_id, actor=actor, at=at)
    revoke_staff_sessions(session, staff_id, keep=keep, actor=actor, at=at)
    if keep is None:
        return ""
    clear = ids.token()
    fresh = {"token_hash": runtime.keys().hash(clear), "former_hash": None, "former_until": None}
    session.execute(update(StaffSession).where(StaffSession.id == keep).values(fresh))
    return clear
