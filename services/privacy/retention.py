"""Who was not seen for long, and what speaks against erasing them (PIPL §19): read anew whenever it is asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.coupons.models import Coupon
from services.loyalty.models import PointsLot
from services.loyalty.queries import list_balances
from services.members.models import Consent, Member, MemberFacts
from services.messaging.models import Message
from services.orders.models import InvoiceRequest, Order
from services.privacy.models import RetentionProposal
from services.shared.days import months_before
from services.shared.models import MemberKey
from services.shared.words import N_
from services.signin.models import MemberDevice, MemberSession, Passkey, Scan, SpendingFreeze
from services.stores.queries import load_settings
from services.wallet.models import TopUp, WalletAccount

Shown = Literal["proposed", "held", "kept", "chosen"]
SHOWN: tuple[Shown, ...] = ("proposed", "held", "kept", "chosen")
HOLDS: Mapping[str, str] = {
    "wallet": N_("还有储值"), "points": N_("还有积分"), "coupons": N_("还有能用的券"), "invoices": N_("发票还没处理"),
    "frozen": N_("报告过不是本人，还没解冻"),
}  # fmt: skip
# Whose, and when they last did it. Sessions are forgotten some time after their end: the facts keep when somebody was last seen in one.
_SIGNS: tuple[Any, ...] = (
    select(Member.id, func.max(Member.joined_at)).group_by(Member.id),
    select(Member.id, func.max(Member.phone_verified_at)).group_by(Member.id),  # also at the counter
    select(Member.id, func.max(Member.phone_lost_at)).group_by(Member.id),  # they may be looking for their card
    select(MemberFacts.member_id, func.max(MemberFacts.last_order_at)).group_by(MemberFacts.member_id),
    select(MemberFacts.member_id, func.max(MemberFacts.seen_at)).group_by(MemberFacts.member_id),
    select(MemberSession.member_id, func.max(MemberSession.seen_at)).group_by(MemberSession.member_id),
    select(MemberDevice.member_id, func.max(MemberDevice.seen_at)).group_by(MemberDevice.member_id),
    select(MemberDevice.member_id, func.max(Scan.at)).join(Scan, Scan.device_id == MemberDevice.id).group_by(MemberDevice.member_id),
    select(Passkey.member_id, func.max(Passkey.used_at)).group_by(Passkey.member_id),
    select(Consent.member_id, func.max(Consent.given_at)).group_by(Consent.member_id),
    select(Message.member_id, func.max(Message.read_at)).group_by(Message.member_id),
    select(Coupon.member_id, func.max(Coupon.redeemed_at)).group_by(Coupon.member_id),
    select(TopUp.member_id, func.max(TopUp.at)).group_by(TopUp.member_id),
    select(AuditEntry.member_id, func.max(AuditEntry.at)).where(AuditEntry.actor_kind == "member").group_by(AuditEntry.member_id),
)  # fmt: skip
_KEPT = ("member_id", "seen_at", "proposed_at", "held", "kept_until", "kept_by", "chosen_at", "reason")
_ERASED = select(MemberKey.member_id).where(MemberKey.destroyed_at.is_not(None))


@dataclass(frozen=True)
class Proposed:
    """A line of the list, as RetentionProposal has it, and how many `points` would be lost with the member."""

    member_id: int
    seen_at: datetime
    proposed_at: datetime
    held: str
    kept_until: datetime | None
    kept_by: int | None
    chosen_at: datetime | None
    reason: str
    points: int

    @property
    def id(self) -> int:
        """By which lists go on."""
        return self.member_id


def get_end(session: Session, at: datetime) -> datetime:
    """Who was last seen before this moment was not seen for long."""
    settings = load_settings(session)
    return months_before(at, settings["retention.months"], settings.zone)


def list_quiet(session: Session, end: datetime, *, after: int, limit: int) -> list[int]:
    """Living members who joined and bought before `end`, in the order of their ids; they may have been seen since in some other way."""
    query = select(Member.id).join(MemberFacts, MemberFacts.member_id == Member.id)
    quiet = or_(MemberFacts.last_order_at.is_(None), MemberFacts.last_order_at < end)
    rows = query.where(Member.id > after, Member.joined_at < end, quiet, Member.id.not_in(_ERASED))
    return list(session.scalars(rows.order_by(Member.id).limit(limit)))


def get_last_seen(session: Session, member_ids: Collection[int]) -> dict[int, datetime]:
    """When each was last seen: joined, bought, signed in, showed a code, agreed, read, redeemed, topped up or did anything in the app."""
    seen: dict[int, datetime] = {}
    for sign in _SIGNS:
        whose = next(iter(sign.selected_columns))
        for member_id, moment in session.execute(sign.where(whose.in_(member_ids))):
            if moment is not None:
                seen[member_id] = max(moment, seen.get(member_id, moment))
    return seen


def get_holds(session: Session, member_ids: Collection[int], *, at: datetime) -> dict[int, str]:
    """What speaks against erasing each, as `held` of a proposal; nothing for who is missing.

    Points speak until they expire. Those that never do would hold a member for good: they speak as long as the shop keeps people who are
    not seen, from when they came in; after that whoever decides is told how many they are.
    """
    lasting = and_(PointsLot.expires_at.is_(None), PointsLot.created_at >= get_end(session, at))
    usable = and_(Coupon.state.in_(("issued", "reserved")), or_(Coupon.expires_at.is_(None), Coupon.expires_at > at))
    asked = select(Order.member_id).join(InvoiceRequest, InvoiceRequest.order_id == Order.id)
    queries: Mapping[str, Any] = {
        "wallet": select(WalletAccount.member_id).where(WalletAccount.principal + WalletAccount.bonus > 0),
        "points": select(PointsLot.member_id).where(PointsLot.left > 0, or_(PointsLot.expires_at > at, lasting)),
        "coupons": select(Coupon.member_id).where(usable),
        "invoices": asked.where(InvoiceRequest.state == "asked"),
        "frozen": select(SpendingFreeze.member_id),
    }
    found: dict[int, list[str]] = {}
    for name, query in queries.items():
        whose = next(iter(query.selected_columns))
        for member_id in session.scalars(query.where(whose.in_(member_ids)).distinct()):
            found.setdefault(member_id, []).append(name)
    return {member_id: ",".join(names) for member_id, names in found.items()}


def list_proposals(
    session: Session, shown: Shown, *, at: datetime, after: int | None = None, limit: int = 50
) -> list[Proposed]:
    """Proposals of one kind in the order of members, without those who came back since the list was made."""
    end, left, last = get_end(session, at), list[RetentionProposal](), after or 0
    while len(left) < limit:
        query = select(RetentionProposal).where(_is(shown), RetentionProposal.member_id > last)
        found = session.scalars(query.order_by(RetentionProposal.member_id).limit(limit)).all()
        seen = get_last_seen(session, [each.member_id for each in found])
        left += [each for each in found if seen[each.member_id] < end]
        if len(found) < limit:
            break
        last = found[-1].member_id
    points = list_balances(session, [each.member_id for each in left[:limit]])
    told = ({name: getattr(each, name) for name in _KEPT} for each in left[:limit])
    return [Proposed(**each, points=max(0, points[each["member_id"]])) for each in told]


def list_chosen(session: Session) -> list[int]:
    """Members whom somebody chose to be erased, the longest waiting first."""
    query = select(RetentionProposal.member_id).where(RetentionProposal.chosen_at.is_not(None))
    return list(session.scalars(query.order_by(RetentionProposal.chosen_at, RetentionProposal.member_id)))


def count_proposals(session: Session) -> dict[Shown, int]:
    """How many of each kind there are. One query."""
    sums = [func.count().filter(_is(shown)).label(shown) for shown in SHOWN]
    row = session.execute(select(*sums).select_from(RetentionProposal)).one()
    return {shown: int(count) for shown, count in zip(SHOWN, row, strict=True)}


def _is(shown: Shown) -> Any:
    proposal = RetentionProposal
    open_ = and_(proposal.kept_until.is_(None), proposal.chosen_at.is_(None))
    kinds: Mapping[Shown, Any] = {
        "proposed": and_(open_, proposal.held == ""),
        "held": and_(open_, proposal.held != ""),
        "kept": proposal.kept_until.is_not(None),
        "chosen": proposal.chosen_at.is_not(None),
    }
    return kinds[shown]
