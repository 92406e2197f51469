"""How much one person has done for one member lately: many small acts are a large one."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from services.approvals.queries import LATELY, person_behind
from services.approvals.rules import PAYOUT, POINTS
from services.identity.models import ApiToken
from services.loyalty.models import PointsEntry
from services.shared.actors import Actor
from services.wallet.models import WalletEntry


def sum_lately(session: Session, kind: str, member_id: int, *, actor: Actor, at: datetime) -> int:
    """What the person behind `actor` has moved by acts of this kind for this member in the last 24 hours, this one too (fen, points).

    What was taken counts like what was given, and principal beside bonus: nothing cancels out.
    """
    table: Any = PointsEntry if kind == POINTS else WalletEntry
    size = func.abs(table.amount) if kind == POINTS else func.abs(table.principal) + func.abs(table.bonus)
    if kind == PAYOUT:
        size = func.abs(table.principal)  # the bonus that goes with it pays nothing out
    by_hand = (table.kind == ("payout" if kind == PAYOUT else "adjust"), table.at > at - LATELY)
    whose = (table.member_id == member_id, _is_by(session, table, actor))
    return int(session.scalar(select(func.coalesce(func.sum(size), 0)).where(*whose, *by_hand)) or 0)


def _is_by(session: Session, table: Any, actor: Actor) -> ColumnElement[bool]:
    """Done by the person behind `actor`, by hand or by any token of theirs; by this very token where nobody knows whose it is."""
    person = person_behind(session, actor.kind, actor.id or 0)
    if person is None:
        return and_(table.actor_kind == actor.kind, table.actor_id == actor.id)
    tokens = select(ApiToken.id).where(ApiToken.made_by == person)
    return or_(
        and_(table.actor_kind == "staff", table.actor_id == person),
        and_(table.actor_kind == "token", table.actor_id.in_(tokens)),
    )
