"""Correcting a wallet by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.queries import hold_living
from services.shared import ids, ledger, money
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.ledger import Moved
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import load_settings
from services.wallet import permissions, rules
from services.wallet.books import WALLET
from services.wallet.commands.moves import put, take
from services.wallet.errors import OverCap
from services.wallet.events import WalletAdjusted
from services.wallet.queries.lots import list_lots


def adjust_wallet(
    session: Session,
    member_id: int,
    data: Mapping[str, Any],
    *,
    store_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Moved:
    """Give or take stored value by hand: `principal`, `bonus` (signed, one way) and `reason`.

    What is given is a lot of its own; what is taken leaves the newest lots first. Raises OverCap, MemberErased, Invalid when there is not
    that much. The member's existence is the caller's to check.
    """
    actor.require(permissions.WALLET_ADJUST, store_id)
    principal, bonus, reason = data["principal"], data["bonus"], data["reason"]
    key = f"adjustment:{ids.token()}"
    if principal + bonus > 0:
        _require_room(session, member_id, principal + bonus)
        _, moved = put(
            session, member_id, principal, bonus, kind="adjust", key=key, store_id=store_id, note=reason, actor=actor, at=at
        )  # fmt: skip
    else:
        moved = _take(
            session, member_id, -principal, -bonus, key=key, store_id=store_id, note=reason, actor=actor, at=at
        )
    hold_living(session, member_id)
    changes = {
        "principal": [moved.before[0], moved.after[0]], "bonus": [moved.before[1], moved.after[1]], "reason": reason,
    }  # fmt: skip
    audit.record(
        session, "wallet:adjust", ("member", member_id), actor=actor, at=at, store_id=store_id, changes=changes
    )
    announce(session, WalletAdjusted(key, member_id, principal, bonus), at=at)
    return moved


def _take(session: Session, member_id: int, principal: int, bonus: int, **entry: Any) -> Moved:
    ledger.hold(session, WALLET, member_id)
    try:
        parts = rules.take_away(list_lots(session, member_id), principal, bonus)
    except ValueError:
        field = "principal" if principal else "bonus"
        raise Invalid({field: [N_("会员没有这么多储值可以扣")]}, "wallet_insufficient") from None
    return take(session, member_id, parts, kind="adjust", **entry)


def _require_room(session: Session, member_id: int, more: int) -> None:
    cap = load_settings(session)["wallet.cap"]
    room = cap - sum(ledger.hold(session, WALLET, member_id).balances)
    if more > room:
        raise OverCap("principal", cap=money.text(cap), room=money.text(max(0, room)))
