"""What merging two cards would do, before it is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon
from services.coupons.queries.merging import find_reserved
from services.family.models import Child, Pregnancy
from services.household.models import HouseholdPerson
from services.loyalty.queries import get_balance as get_points
from services.loyalty.queries import list_tier_names
from services.members.models import Member
from services.members.queries import MemberCard, get_member
from services.members.rules.joining import COLUMNS, columns_of, differ, told, whose
from services.merging.queries.agreements import holds_something
from services.shared import vault
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin.queries.freezes import find_freeze
from services.stores.queries import load_settings
from services.wallet.queries import get_balance


@dataclass(frozen=True)
class FieldChoice:
    """One field of the profile: what both say (as columns), whose value stands unless chosen (empty: to be chosen), whether they differ."""

    field: str
    winner: dict[str, Any]
    loser: dict[str, Any]
    whose: str
    differs: bool
    told: bool


@dataclass(frozen=True)
class Side:
    """One of two cards, and what it holds. Amounts are fen."""

    card: MemberCard
    points: int
    principal: int
    bonus: int
    coupons: int
    children: int
    pregnancies: int


@dataclass(frozen=True)
class MergePreview:
    """Both cards and what the one will hold; `obstacle` says why they cannot be merged now (empty: they can). `needs_agreement`: for what
    is on the loser's card somebody has to agree; `final`: points that are owed are paid by it, so that it cannot be undone."""

    winner: Side
    loser: Side
    fields: tuple[FieldChoice, ...]
    obstacle: str
    needs_agreement: bool

    @property
    def final(self) -> bool:
        """Whether points that one of the two owes would be paid."""
        return min(self.winner.points, self.loser.points) < 0

    @property
    def after(self) -> dict[str, int]:
        """What the one card holds then."""
        names = ("points", "principal", "bonus", "coupons", "children", "pregnancies")
        return {name: getattr(self.winner, name) + getattr(self.loser, name) for name in names} | {
            "orders": self.winner.card.orders + self.loser.card.orders,
            "spent": self.winner.card.spent + self.loser.card.spent,
        }


def require_two(session: Session, one_id: int, other_id: int) -> None:
    """Raise NotFound for an unknown member, Invalid for one and the same."""
    for member_id in (one_id, other_id):
        if not 0 < member_id < 2**63 or session.get(Member, member_id) is None:
            raise NotFound("member_not_found")
    if one_id == other_id:
        raise Invalid({"loser": [N_("请选另一张卡")]})


def find_obstacle(session: Session, winner_id: int, loser_id: int, *, at: datetime) -> str:
    """Why two cards cannot be merged now; empty where they can."""
    both = (winner_id, loser_id)
    if any(vault.destroyed_at(session, each) is not None for each in both):
        return N_("其中一位会员已经注销，不能合并")
    merged, archived = Member.merged_into.is_not(None), Member.archived_at.is_not(None)
    if session.scalar(select(Member.id).where(Member.id.in_(both), merged).limit(1)) is not None:
        return N_("其中一张卡已经并入别的卡了")
    if session.scalar(select(Member.id).where(Member.id.in_(both), archived).limit(1)) is not None:
        return N_("其中一张卡已停用，请先恢复")
    if any(find_freeze(session, each) is not None for each in both):
        return N_("其中一位会员报告过异常，余额冻结着，请先核实解冻")
    shared = or_(HouseholdPerson.holder_id.in_(both), HouseholdPerson.member_id.in_(both))
    if session.scalar(select(HouseholdPerson.id).where(shared).limit(1)) is not None:
        return N_("其中一张卡在家庭共享里，请先退出，合并后再加入")
    if find_reserved(session, loser_id, at=at):
        return N_("有优惠券正被挂单占用，请先取回或等 15 分钟")
    held = sum(get_balance(session, each).total for each in both)
    if held > load_settings(session)["wallet.cap"]:
        return N_("两张卡的储值加起来超过上限，先用掉或退掉一些再合并")
    return ""


def get_merge_preview(session: Session, winner_id: int, loser_id: int, *, at: datetime) -> MergePreview:
    """What a merge would do. Raises NotFound, Invalid."""
    require_two(session, winner_id, loser_id)
    winner, loser = (columns_of(session.get_one(Member, each)) for each in (winner_id, loser_id))
    fields = tuple(
        FieldChoice(
            field, {name: winner[name] for name in columns}, {name: loser[name] for name in columns},
            whose(winner, loser, field), differ(winner, loser, field), told(winner, field) or told(loser, field),
        )
        for field, columns in COLUMNS.items()
    )  # fmt: skip
    obstacle = find_obstacle(session, winner_id, loser_id, at=at)
    sides = _side(session, winner_id), _side(session, loser_id)
    return MergePreview(*sides, fields, obstacle, holds_something(session, loser_id, at=at))


def _side(session: Session, member_id: int) -> Side:
    def count(table: Any, *more: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(table.member_id == member_id, *more)) or 0

    balance = get_balance(session, member_id)
    tier = list_tier_names(session, [member_id]).get(member_id)
    return Side(
        get_member(session, member_id).with_tier(tier), get_points(session, member_id), balance.principal, balance.bonus,
        count(Coupon, Coupon.state == "issued"), count(Child), count(Pregnancy),
    )  # fmt: skip
