"""Counting a till blind: a few tries without a reason, each miss in the log; otherwise whoever counts could try until it fits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.checkout.commands.tills import close_till
from services.shared import limits
from services.shared.actors import Actor
from services.shared.refusals import TooMany
from services.tills import commands, permissions
from services.tills.errors import CountDiffers, CountedTooOften
from services.tills.queries import ShiftView
from webapp.web import edge

TRIES = limits.Rule("tills:count", most=3, seconds=7 * 24 * 3600)  # of one shift; longer than any


class Count:
    """One count of a shift, sent to close it: `begin` before the write, `close` inside, `end` when all is over."""

    def __init__(self, shift: ShiftView, *, actor: Actor, at: datetime) -> None:
        self._shift, self._actor, self._at = shift, actor, at
        self._missed: Mapping[str, Any] | None = None

    def begin(self, data: Mapping[str, Any]) -> None:
        """Count the try before anybody learns whether it is right. Raises CountedTooOften."""
        if not self._is_blind or data["reason"] or self._shift.closed_at is not None:
            return
        try:
            edge.spend(TRIES, f"shift:{self._shift.id}", at=self._at)
        except TooMany:
            raise CountedTooOften from None

    def close(self, session: Session, data: Mapping[str, Any]) -> None:
        """Close the shift (checkout.close_till). Raises CountDiffers."""
        try:
            close_till(session, self._shift.id, data, actor=self._actor, at=self._at)
        except CountDiffers:
            self._missed = data
            raise

    def end(self) -> None:
        """Log a miss, in a transaction of its own: the one that found it was taken back."""
        if self._missed is not None and self._is_blind:
            missed = self._missed
            edge.write(lambda session: self._log(session, missed), keyed=False)

    def _log(self, session: Session, data: Mapping[str, Any]) -> str:
        commands.note_miss(session, self._shift.id, data, actor=self._actor, at=self._at)
        return ""

    @property
    def _is_blind(self) -> bool:
        may = self._actor.may
        return may(permissions.TILLS_CLOSE, self._shift.store_id) and not may(
            permissions.TILLS_AUDIT, self._shift.store_id
        )
