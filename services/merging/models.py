"""Merges, and pairs that somebody said are two people."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Merge(Model):
    """The card `loser_id` became part of `winner_id`. `moved` says which rows went along (ids), `before` what the winner's profile said
    (sealed under the winner's key), so that it can be undone."""

    __tablename__ = "merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    winner_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
    moved: Mapped[dict[str, Any]]
    before: Mapped[str]
    undone_at: Mapped[datetime | None]

    @property
    def stored(self) -> int:
        """How much stored value came along (fen)."""
        return sum(principal + bonus for _lot, _before, principal, bonus in self.moved["wallet"])


class DistinctPair(Model):
    """Two members who look alike and are not the same: never proposed again. `low_id` < `high_id`."""

    __tablename__ = "distinct_pairs"

    low_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    at: Mapped[datetime]
