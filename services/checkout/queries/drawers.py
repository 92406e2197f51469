"""Which till money goes into, or comes out of."""

from sqlalchemy.orm import Session

from services.shared.actors import Actor
from services.stores.queries import load_settings
from services.tills.queries import find_shift_for


def find_drawer(session: Session, store_id: int, *, needed: bool = True, actor: Actor) -> int | None:
    """The shift that this money belongs to, or None.

    Raises TillClosed where it is `needed` and the shop moves no money without one (setting orders.needs_till).
    """
    required = needed and bool(load_settings(session)["orders.needs_till"])
    return find_shift_for(session, store_id, actor=actor, required=required)
