"""Changing points."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.loyalty import permissions
from services.loyalty.events import PointsAdjusted
from services.loyalty.models import PointsEntry
from services.loyalty.queries import POINTS
from services.shared import ids, ledger
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_

_NOT_BELOW_ZERO = replace(POINTS, floor=0)
_ENTER = insert(PointsEntry.__table__)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Earning:
    """Points that were added to a balance: `before` + `points` = `after`."""

    member_id: int
    points: int
    before: int
    after: int


def open_earning(session: Session, member_id: int, points: int) -> Earning:
    """Add `points` to the member's balance for a sale that is being written; `earn` then says which one it was.

    Two steps, because the order carries the balance before and after, and the entry carries the order's id.
    """
    after = ledger.move(session, POINTS, member_id, points)
    assert after is not None, "points have no floor"
    return Earning(member_id, points, after - points, after)


def earn(session: Session, earning: Earning, *, order_id: int, actor: Actor, at: datetime) -> None:
    """Write the entry of an opened earning, once per order (its key is unique). Nothing earned leaves no entry."""
    if earning.points:
        _enter(session, earning.member_id, "earn", earning.points, earning.after,
               key=f"order:{order_id}:earn", order_id=order_id, actor=actor, at=at)  # fmt: skip


def adjust_points(
    session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> PointsEntry:
    """Give or take points by hand: `amount` (not zero) and `reason`. Raises Invalid when more is taken than there is.

    The member's existence is the caller's to check.
    """
    actor.require(permissions.POINTS_ADJUST)
    amount, reason = data["amount"], data["reason"]
    after = ledger.move(session, _NOT_BELOW_ZERO, member_id, amount)
    if after is None:
        raise Invalid({"amount": [N_("会员没有这么多积分可以扣")]}, "points_insufficient")
    key = f"adjustment:{ids.token()}"
    _enter(session, member_id, "adjust", amount, after, key=key, note=reason, actor=actor, at=at)
    entry = session.query(PointsEntry).filter_by(key=key).one()
    changes = {"points": [after - amount, after], "reason": reason}
    audit.record(session, "points:adjust", ("member", member_id), actor=actor, at=at, changes=changes)
    announce(session, PointsAdjusted(entry.id, member_id, amount, after), at=at)
    return entry


def _enter(
    session: Session,
    member_id: int,
    kind: str,
    amount: int,
    balance_after: int,
    *,
    key: str,
    order_id: int | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    entry = {
        "member_id": member_id, "kind": kind, "amount": amount, "balance_after": balance_after, "key": key,
        "order_id": order_id, "note": note, "actor_kind": actor.kind, "actor_id": actor.id, "at": at,
    }  # fmt: skip
    session.connection().execute(_ENTER, entry)
