"""Writing a top-up: the limits are asked while the wallet is held, so that two at once cannot pass them together."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.members.queries import require_unmerged
from services.shared import ids, ledger, money, vault
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.ledger import Head, Moved
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.wallet.books import WALLET
from services.wallet.commands.moves import put
from services.wallet.errors import OverCap, PlanUnavailable
from services.wallet.models import TopUp, TopUpCounter
from services.wallet.queries.plans import count_top_ups

GONE = N_("这张卡停用了，不能充值")


@dataclass(frozen=True)
class TopUpDraft:
    """A top-up that is paid for, ready to be written. Amounts are fen; `zone` is the shop's, for the day in the number.

    `cap` is what a wallet may hold at most, `per_member` how often a member may take the plan (None: always).
    """

    member_id: int
    store_id: int
    store_code: str
    zone: str
    principal: int
    bonus: int
    cap: int
    tenders: tuple[dict[str, Any], ...]
    plan_id: int | None = None
    plan_name: str = ""
    points: int = 0
    coupons: int = 0
    per_member: int | None = None
    shift_id: int | None = None


def record_top_up(session: Session, draft: TopUpDraft, *, actor: Actor, at: datetime) -> tuple[TopUp, Moved]:
    """Write a top-up: its lot, its entry and the next number of its store and day. Raises OverCap, PlanUnavailable, and Invalid where
    the member was erased at this very moment, MemberMerged where the card was merged."""
    head = ledger.hold(session, WALLET, draft.member_id)
    if vault.destroyed_at(session, draft.member_id) is not None:
        raise Invalid({"member": [GONE]})
    require_unmerged(session, draft.member_id)
    _require_room(head, draft)
    _require_turn(session, draft)
    lot_id, moved = put(
        session, draft.member_id, draft.principal, draft.bonus, kind="top_up", key=f"top_up:{ids.token()}",
        store_id=draft.store_id, actor=actor, at=at,
    )  # fmt: skip
    top_up = TopUp(
        number=_number(session, draft, at), member_id=draft.member_id, store_id=draft.store_id,
        staff_id=actor.id if actor.kind == "staff" else None, lot_id=lot_id, plan_id=draft.plan_id,
        plan_name=draft.plan_name, principal=draft.principal, bonus=draft.bonus, points=draft.points,
        coupons=draft.coupons, tenders=list(draft.tenders), shift_id=draft.shift_id, at=at,
    )  # fmt: skip
    session.add(top_up)
    session.flush()
    return top_up, moved


def _require_room(head: Head, draft: TopUpDraft) -> None:
    room = draft.cap - sum(head.balances)
    if draft.principal + draft.bonus > room:
        field = "amount" if draft.plan_id is None else "plan"
        raise OverCap(field, cap=money.text(draft.cap), room=money.text(max(0, room)))


def _require_turn(session: Session, draft: TopUpDraft) -> None:
    if draft.per_member is None or draft.plan_id is None:
        return
    if count_top_ups(session, draft.member_id, draft.plan_id) >= draft.per_member:
        raise PlanUnavailable(N_("这位会员已经用完这个方案的次数了"))


def _number(session: Session, draft: TopUpDraft, at: datetime) -> str:
    """The next number: store, day, C for 充值 and the sequence, to be read aloud like an order's (`A1-261122-C0003`)."""
    day = local_day(at, draft.zone)
    return f"{draft.store_code}-{day:%y%m%d}-C{_next_sequence(session, draft.store_id, day):04d}"


def _next_sequence(session: Session, store_id: int, day: date) -> int:
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counters: Any = TopUpCounter.__table__
    counted = build(counters).values(store_id=store_id, day=day, last=1)
    counted = counted.on_conflict_do_update(index_elements=["store_id", "day"], set_={"last": counters.c.last + 1})
    return int(session.connection().execute(counted.returning(counters.c.last)).scalar_one())
