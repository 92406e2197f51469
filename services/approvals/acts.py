"""The acts themselves, as their own domains do them; and what a request keeps of one, so that it can be done later just so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.approvals.rules import MERGE, PAYOUT, POINTS
from services.checkout.commands.merging import hold_accounts
from services.checkout.commands.payouts import pay_out
from services.loyalty.commands import adjust_points
from services.loyalty.queries import POINTS as POINTS_BOOK
from services.members.queries import get_member
from services.merging.commands import merge_members
from services.shared import ledger
from services.shared.actors import Actor
from services.wallet.commands import adjust_wallet
from services.wallet.queries import WALLET as WALLET_BOOK
from services.wallet.queries import get_balance


@dataclass(frozen=True)
class Act:
    """What is to be done to a member: `data` as its command reads it."""

    kind: str
    member_id: int
    store_id: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What the command gave back, how much it was about (fen, points), and its numbers, by which it can be done again just so."""

    result: Any
    amount: int
    terms: dict[str, Any]


def perform(session: Session, act: Act, *, actor: Actor, at: datetime) -> Done:
    """Do it. Raises whatever its command refuses."""
    member_id, data = get_member(session, act.member_id).id, act.data
    if act.kind == PAYOUT:
        sheet = get_balance(session, member_id).sequence  # the refund sheet's mark
        payout = pay_out(session, member_id, {**data, "store_id": act.store_id}, actor=actor, at=at)
        lots = [*data.get("lots", ())]
        return Done(
            payout, payout.amount, {"lots": lots, "amount": payout.amount, "tender": payout.tender, "sheet": sheet}
        )
    if act.kind == MERGE:
        loser_id, chosen = data["loser_id"], dict(data["chosen"])
        stored = get_balance(session, loser_id).total
        merged = merge_members(session, member_id, loser_id, chosen, agreed=True, actor=actor, at=at)
        return Done(merged, stored, {"loser_id": loser_id, "chosen": chosen})
    if act.kind == POINTS:
        entry = adjust_points(session, member_id, data, actor=actor, at=at)
        return Done(entry, data["amount"], {"amount": data["amount"]})
    moved = adjust_wallet(session, member_id, data, store_id=act.store_id, actor=actor, at=at)
    parts = {"principal": data["principal"], "bonus": data["bonus"]}
    return Done(moved, sum(parts.values()), parts)


def hold(session: Session, kind: str, member_id: int, terms: Mapping[str, Any]) -> None:
    """Lock the account first, as an erasure does, which then takes the words out of requests."""
    if kind == MERGE:
        hold_accounts(session, (member_id, terms["loser_id"]))
    else:
        ledger.hold(session, POINTS_BOOK if kind == POINTS else WALLET_BOOK, member_id)
