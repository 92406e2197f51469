"""Making one card of two: everything of the loser's goes to the winner's, by pairs of entries, and nothing is deleted.

Accounts are locked as by sales and erasures: points (the lower id first), wallets, the rows of both, coupons by id, growth.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.commands.merging import hand_on_carts, hold_accounts
from services.coupons.commands import cancel_open_transfers
from services.coupons.commands.merging import hand_on_coupons
from services.coupons.queries.merging import get_mark
from services.family.commands.merging import hand_on_family
from services.fields.commands.merging import hand_on_values
from services.forms.commands.merging import hand_on_proposals
from services.loyalty.commands.merging import hand_on_growth, hand_on_pending, hand_on_points, join_levels
from services.loyalty.queries import GROWTH
from services.members.commands.merging import hand_on_own_cards, join_consents, join_facts, join_profiles, pick
from services.members.models import Member
from services.members.queries import require_not_own
from services.merging.commands.agreeing import require_agreed
from services.merging.errors import NotMergeable
from services.merging.events import MembersMerged
from services.merging.models import Merge
from services.merging.permissions import MEMBERS_MERGE
from services.merging.queries.previews import find_obstacle, require_two
from services.orders.queries.merging import count_reversals
from services.segments.commands.merging import hand_on_tags
from services.shared import ledger, vault
from services.shared.actors import Actor
from services.shared.events import announce
from services.signin.commands.cool_downs import start_cool_down
from services.signin.commands.sessions import end_member_sessions
from services.signin.queries import Proof
from services.signin.queries.cool_downs import find_cool_down
from services.wallet.commands.merging import hand_on_wallet, require_room_for_both

PURPOSE = "merge"


def merge_members(
    session: Session, winner_id: int, loser_id: int, chosen: Mapping[str, str], *, proof: Proof | None = None,
    store_id: int | None = None, agreed: bool = False, actor: Actor, at: datetime,
) -> Merge:  # fmt: skip
    """The card `loser_id` becomes part of `winner_id`. `chosen` says whose value stands, field by field (winner, loser).

    Whose card goes has agreed by `proof`, used at `store_id`, unless there is nothing on it; `agreed`: a second person has, or nobody needs
    to (services/approvals, the demo). Raises NotFound, OwnCardRefused, MergeNotAgreed, ProofRequired, NotMergeable with the reason,
    CapByMerge, Invalid beside a phone that has to be chosen.
    """
    actor.require(MEMBERS_MERGE)
    require_two(session, winner_id, loser_id)
    require_not_own(session, (winner_id, loser_id), actor)
    winner, loser = hold_both(session, winner_id, loser_id)
    obstacle = find_obstacle(session, winner_id, loser_id, at=at)
    if obstacle:
        raise NotMergeable(obstacle)
    require_room_for_both(session, winner_id, loser_id)
    picked = pick(winner, loser, chosen)
    if not agreed:
        require_agreed(session, winner_id, loser_id, picked["phone"], proof, store_id=store_id, actor=actor, at=at)
    aliases = sorted(session.scalars(select(Member.id).where(Member.merged_into == loser_id)))
    doing: dict[str, Any] = {"actor": actor, "at": at}
    told = _hand_on(session, winner_id, loser_id, [loser_id, *aliases], doing)
    moved = {"aliases": aliases, "levels": join_levels(session, winner_id, loser_id, at=at)} | told.pop("moved")
    moved["consents"] = join_consents(session, winner_id, loser_id, **doing)
    join_facts(session, winner_id, loser_id)
    before = join_profiles(session, winner, loser, picked, at=at)
    end_member_sessions(session, loser_id, notices=True, **doing)
    if told.get("wallet") or find_cool_down(session, loser_id, at=at) is not None:
        start_cool_down(session, winner_id, "merge", **doing)
    row = Merge(
        winner_id=winner_id, loser_id=loser_id, actor_kind=actor.kind, actor_id=actor.id, at=at, moved=moved,
        before=vault.seal(session, winner_id, json.dumps(before, default=_plain).encode(), PURPOSE, at=at), undone_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changes = told | {"taken": sorted(before)}
    audit.record(
        session, "members:merge", ("member", winner_id), actor=actor, at=at, changes=changes | {"loser": loser_id}
    )
    audit.record(
        session, "members:merge", ("member", loser_id), actor=actor, at=at, changes=told | {"winner": winner_id}
    )
    announce(session, MembersMerged(row.id, winner_id, loser_id, at.isoformat()), at=at)
    return row


def hold_both(session: Session, winner_id: int, loser_id: int) -> tuple[Member, Member]:
    """Both cards, kept from everything that a sale, a refund, an erasure or another merge does meanwhile."""
    both = (winner_id, loser_id)
    hold_accounts(session, both)
    query = select(Member).where(Member.id.in_(both)).order_by(Member.id).with_for_update()
    rows = {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    return rows[winner_id], rows[loser_id]


def hold_growth(session: Session, winner_id: int, loser_id: int) -> None:
    """Both growth accounts: the last to be locked."""
    for member_id in sorted((winner_id, loser_id)):
        ledger.hold(session, GROWTH, member_id)


def _hand_on(session: Session, winner_id: int, loser_id: int, of: list[int], doing: dict[str, Any]) -> dict[str, Any]:
    """Everything that a card holds. What to tell of it, and under `moved` which rows went along."""
    points = hand_on_points(session, loser_id, winner_id, **doing)
    stored = hand_on_wallet(session, loser_id, winner_id, **doing)
    cancel_open_transfers(session, loser_id, **doing)
    coupons = hand_on_coupons(session, loser_id, winner_id, **doing)
    hold_growth(session, winner_id, loser_id)
    growth = hand_on_growth(session, loser_id, winner_id, **doing)
    moved = {
        "points": points.lots, "debt": points.debt, "wallet": stored.lots, "coupons": coupons, "coupon_mark": get_mark(session),
        "reversals": count_reversals(session, of), "pending": hand_on_pending(session, loser_id, winner_id),
        "carts": hand_on_carts(session, loser_id, winner_id), **hand_on_family(session, loser_id, winner_id, at=doing["at"]),
        "answers": hand_on_values(session, loser_id, winner_id), "tags": hand_on_tags(session, loser_id, winner_id),
        "own_cards": hand_on_own_cards(session, loser_id, winner_id),
        "proposals": hand_on_proposals(session, loser_id, winner_id, at=doing["at"]),
    }  # fmt: skip
    told = {"points": points.points, "wallet": stored.fen, "coupons": len(coupons), "growth": growth}
    return {name: value for name, value in told.items() if value} | {"moved": moved}


def _plain(value: Any) -> str:
    return str(value.isoformat())
