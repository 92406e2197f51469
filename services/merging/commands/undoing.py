"""Making two cards of one again, within seven days, while everything that came along is there still."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.commands.merging import hand_on_carts
from services.coupons.commands.merging import hand_on_coupons
from services.family.commands.merging import hand_back_family
from services.fields.commands.merging import hand_on_values
from services.forms.commands.merging import hand_on_proposals
from services.loyalty.commands.merging import hand_back_growth, hand_back_points, hand_on_pending, part_levels
from services.members.commands.merging import hand_on_own_cards, part_consents, part_profiles, restate_facts
from services.members.models import Member
from services.members.queries import list_own_ids
from services.merging.commands.merging import PURPOSE, hold_both, hold_growth
from services.merging.errors import MergeNotFound, NotUndoable
from services.merging.events import MergeUndone
from services.merging.models import Merge
from services.merging.permissions import MEMBERS_MERGE
from services.merging.queries.merges import find_lock, get_merge
from services.orders.events import OrderCompleted, OrderRefunded
from services.orders.queries.merging import get_figures
from services.segments.commands.merging import hand_on_tags
from services.shared import vault
from services.shared.actors import Actor
from services.shared.events import announce, list_waiting
from services.wallet.commands.merging import hand_back_wallet


def undo_merge(session: Session, merge_id: int, *, actor: Actor, at: datetime) -> Merge:
    """Both cards are what they were: the pairs are reversed. Raises MergeNotFound, NotUndoable with the reason."""
    actor.require(MEMBERS_MERGE)
    known = get_merge(session, merge_id)
    winner, loser = hold_both(session, known.winner_id, known.loser_id)
    row = session.get(Merge, merge_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise MergeNotFound
    locked = find_lock(session, row, at=at)
    if locked:
        raise NotUndoable(locked)
    doing: dict[str, Any] = {"actor": actor, "at": at}
    told = _hand_back(session, row, doing)
    session.execute(update(Member).where(Member.id.in_(row.moved["aliases"])).values(merged_into=loser.id))
    session.flush()
    part_profiles(session, winner, loser, _before(session, row), at=at)
    for member_id in (winner.id, loser.id):
        restate_facts(session, member_id, _figures(session, member_id))
    row.undone_at = at
    session.flush()
    audit.record(session, "members:part", ("member", winner.id), **doing, changes=told | {"loser": loser.id})
    audit.record(session, "members:part", ("member", loser.id), **doing, changes=told | {"winner": winner.id})
    announce(session, MergeUndone(row.id, winner.id, loser.id, at.isoformat()), at=at)
    return row


def _hand_back(session: Session, row: Merge, doing: dict[str, Any]) -> dict[str, int]:
    """Everything that came; what to tell of it."""
    winner_id, loser_id, moved = row.winner_id, row.loser_id, row.moved
    points = hand_back_points(session, winner_id, loser_id, moved["points"], **doing)
    stored = hand_back_wallet(session, winner_id, loser_id, moved["wallet"], **doing)
    coupons = hand_on_coupons(session, winner_id, loser_id, moved["coupons"], **doing)
    hold_growth(session, winner_id, loser_id)
    growth = hand_back_growth(session, winner_id, loser_id, [loser_id, *moved["aliases"]], **doing)
    hand_on_pending(session, winner_id, loser_id, moved["pending"])
    hand_on_carts(session, winner_id, loser_id, moved["carts"])
    hand_back_family(session, winner_id, loser_id, moved)
    hand_on_values(session, winner_id, loser_id, field_ids=moved["answers"])
    hand_on_tags(session, winner_id, loser_id, only=moved["tags"])
    hand_on_own_cards(session, winner_id, loser_id, only=moved["own_cards"])
    hand_on_proposals(session, winner_id, loser_id, moved["proposals"], at=doing["at"])
    part_levels(session, winner_id, loser_id, moved["levels"])
    part_consents(session, moved["consents"], at=doing["at"])
    told = {"points": points, "wallet": stored, "coupons": len(coupons), "growth": growth}
    return {name: value for name, value in told.items() if value}


def _figures(session: Session, member_id: int) -> dict[str, Any]:
    """What the orders of a card say, but for those whose reactions are still to come: these count by themselves."""
    own = list_own_ids(session, member_id)
    told = get_figures(session, own)
    sold, refunded = (
        [each for each in list_waiting(session, [kind]) if each["member_id"] in own]
        for kind in (OrderCompleted, OrderRefunded)
    )
    told["orders"] += sum(each["complete"] for each in refunded) - len(sold)
    told["spent"] += sum(each["amount"] for each in refunded) - sum(each["paid"] for each in sold)
    return told


def _before(session: Session, row: Merge) -> dict[str, dict[str, Any]]:
    """What the winner's profile said, by field."""
    content = vault.unseal(session, row.winner_id, row.before, PURPOSE)
    told: dict[str, dict[str, Any]] = json.loads(content) if content else {}
    for columns in told.values():
        for name, value in columns.items():
            if name.endswith("_at") and value:
                columns[name] = datetime.fromisoformat(value)
    return told
