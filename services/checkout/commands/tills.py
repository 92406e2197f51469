"""Closing a till: the count of the tills meets what sales, refunds, top-ups and payouts say should be there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.checkout.queries.tills import get_expected
from services.shared.actors import Actor
from services.tills import commands as tills


def close_till(session: Session, shift_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """End a shift with what was `counted` by kind and the `reason` of a difference (tills.close_shift says what is refused)."""
    tills.close_shift(
        session,
        shift_id,
        data,
        expect=lambda shift: get_expected(session, shift.id, shift.opening_float),
        actor=actor,
        at=at,
    )
