"""Who buys, as pricing needs to know it: tier, points, wallet and coupons of a member. Two queries."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.checkout.rules.pricing import Candidate, Cart, Customer, HeldCoupon, House, PointsRule
from services.coupons.queries import HeldCoupon as Coupon
from services.coupons.queries import list_coupons, list_usable
from services.coupons.rules import Occasion
from services.household.models import HouseholdPerson
from services.household.queries import Share, find_share, get_spent_today
from services.loyalty.models import MemberTier, PointsAccount, PointsLot, Tier
from services.members.models import Member
from services.members.queries import mask_name, show_name
from services.shared.ledger import Head
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.settings import Settings
from services.wallet.models import WalletAccount

_m: Any = Member.__table__.c
_p: Any = PointsAccount.__table__.c
_w: Any = WalletAccount.__table__.c
_s: Any = MemberTier.__table__.c
_t: Any = Tier.__table__.c
_l: Any = PointsLot.__table__.c
_h: Any = HouseholdPerson.__table__.c
# What has reached its end counts in the balance until a job has written it off; nobody spends it.
_EXPIRED: Any = (
    select(func.coalesce(func.sum(_l.left), 0))
    .where(_l.member_id == _m.id, _l.left > 0, _l.expires_at <= bindparam("at"))
    .scalar_subquery()
)
# Built once: every quote and every sale of a member asks.
_MEMBER = (
    select(
        _m.name, _m.phone, _m.number, _p.balance, _p.sequence, _w.principal, _w.bonus, _w.sequence.label("wallet_sequence"),
        _EXPIRED.label("expired"), _t.id.label("tier_id"), _t.name.label("tier_name"), _t.pays, _t.multiplier,
        _h.holder_id,
    )
    .select_from(
        Member.__table__.outerjoin(PointsAccount.__table__, _p.member_id == _m.id)
        .outerjoin(WalletAccount.__table__, _w.member_id == _m.id)
        .outerjoin(MemberTier.__table__, _s.member_id == _m.id)
        .outerjoin(Tier.__table__, _t.id == _s.tier_id)
        .outerjoin(HouseholdPerson.__table__, _h.member_id == _m.id)
    )
    .where(_m.id == bindparam("member"), _m.archived_at.is_(None))
)  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """What a household shares with whoever buys: `holder` is the masked name of whose account it is, `wallet` what of its stored value may
    pay now (fen), `points` what it has; None where that is not shared. Usable only while `share.stopped` is empty."""

    share: Share
    holder: str
    wallet: int | None
    points: int | None

    @property
    def payer_id(self) -> int | None:
        """Whose stored value pays instead of the buyer's."""
        return None if self.wallet is None else self.share.holder_id

    @property
    def earner_id(self) -> int | None:
        """Whose points are moved instead of the buyer's."""
        return None if self.points is None else self.share.holder_id


@dataclass(frozen=True)
class Buyer:
    """The member of a cart (or a walk-in): what pricing looks at, and where the accounts stood when it was read.

    `wallet` is what may be paid from stored value (fen); `multiplier` the tier's for points, in hundredths. `expired` points are in the
    account still, but not the customer's any more: who spends writes them off first. With `shared`, wallet and points are those of the
    household's holder as far as they are shared; tier and coupons are always the buyer's own.
    """

    customer: Customer
    name: str | None = None
    points: Head | None = None
    wallet: int = 0
    multiplier: int = 100
    expired: int = 0
    shared: Shared | None = None

    @property
    def payer_id(self) -> int | None:
        """Whose stored value pays instead of the buyer's."""
        return self.shared.payer_id if self.shared else None

    @property
    def earner_id(self) -> int | None:
        """Whose points are moved instead of the buyer's."""
        return self.shared.earner_id if self.shared else None


WALK_IN = Buyer(Customer())


@dataclass(frozen=True)
class Standing:
    """What a member has when they stand at the counter: points, fen in the wallet, coupons that may be used, the tier's name, and what a
    household shares with them.

    `mark` changes whenever any of it does.
    """

    points: int
    wallet: int
    coupons: int
    tier: str
    mark: str
    shared: Shared | None = None


def get_standing(session: Session, member_id: int, *, at: datetime) -> Standing:
    """What this member has right now. Two queries. Raises Invalid for a member who is unknown or archived."""
    row = _row(session, member_id, at)
    coupons = [each for each in list_usable(session, member_id, at=at) if not _waits_elsewhere(each, at)]
    shared = _shared(session, member_id, at) if row.holder_id else None
    known = [row.sequence, row.expired, row.wallet_sequence, row.tier_id, shared, *(each.id for each in coupons)]
    mark = hashlib.blake2s(repr(known).encode(), digest_size=8).hexdigest()
    wallet = (row.principal or 0) + (row.bonus or 0)
    return Standing((row.balance or 0) - row.expired, wallet, len(coupons), row.tier_name or "", mark, shared)


def load_buyer(session: Session, cart: Cart, *, at: datetime) -> Buyer:
    """Who buys this cart. Raises Invalid for a member who is unknown or archived."""
    if cart.member_id is None:
        return WALK_IN
    row = _row(session, cart.member_id, at)
    shared = _shared(session, cart.member_id, at) if row.holder_id and not cart.own else None
    shared = None if shared and shared.share.stopped else shared
    purse = _row(session, shared.share.holder_id, at) if shared and shared.earner_id else row
    customer = Customer(
        tier_id=row.tier_id,
        tier_label=row.tier_name or "",
        tier_pays=1000 if row.pays is None else row.pays,
        points=(purse.balance or 0) - purse.expired,
        coupons=_held(session, cart, at),
    )
    own = (row.principal or 0) + (row.bonus or 0)
    return Buyer(
        customer=customer,
        name=show_name(row.name, row.phone, row.number),
        points=None if purse.sequence is None else Head(purse.sequence, (purse.balance,)),
        wallet=own if shared is None or shared.wallet is None else shared.wallet,
        multiplier=row.multiplier or 100,
        expired=purse.expired,
        shared=shared,
    )


def _shared(session: Session, member_id: int, at: datetime) -> Shared | None:
    """What somebody else's account holds for this member; None where that has just ended."""
    share = find_share(session, member_id, at=at)
    if share is None:
        return None
    holder = session.connection().execute(_MEMBER, {"member": share.holder_id, "at": at}).first()
    if holder is None:
        return None
    stored = (holder.principal or 0) + (holder.bonus or 0)
    room = share.limits.room(get_spent_today(session, share, at=at))
    return Shared(
        share=share,
        holder=mask_name(holder.name, holder.phone, holder.number),
        wallet=min(stored, room) if share.limits.wallet else None,
        points=(holder.balance or 0) - holder.expired if share.limits.points else None,
    )


def _row(session: Session, member_id: int, at: datetime) -> Any:
    row = session.connection().execute(_MEMBER, {"member": member_id, "at": at}).first()
    if row is None:
        raise Invalid({"member": [N_("没有找到这位会员")]})
    return row


def house_of(settings: Settings) -> House:
    """The shop's rules about prices."""
    rule = PointsRule(settings["points.per_yuan"], settings["points.least"], settings["points.most_percent"])
    return House(rule, int(settings["orders.rounding"]))


def occasion_of(cart: Cart, customer: Customer, settings: Settings, *, channel: str, at: datetime) -> Occasion:
    """Where and when the cart is bought."""
    return Occasion(cart.store_id, channel, customer.tier_id, at.astimezone(ZoneInfo(settings.zone)))


def _held(session: Session, cart: Cart, at: datetime) -> tuple[HeldCoupon, ...]:
    """The coupons to look at: those that the cart names, or all that the member may use."""
    assert cart.member_id is not None
    if cart.coupons is None:
        found = [each for each in list_usable(session, cart.member_id, at=at) if not _waits_elsewhere(each, at)]
    elif cart.coupons:
        named = list_coupons(session, cart.coupons)
        found = [each for each in named if each.member_id == cart.member_id and each.state in {"issued", "reserved"}]
    else:
        return ()
    # What is named and reserved elsewhere is refused when it is redeemed, with words.
    return tuple(
        HeldCoupon(Candidate(each.id, each.terms, each.expires_at), each.name, each.starts_at) for each in found
    )


def _waits_elsewhere(coupon: Coupon, at: datetime) -> bool:
    """Whether a parked cart or a pre-order holds this coupon right now."""
    return coupon.state == "reserved" and coupon.reserved_until is not None and coupon.reserved_until > at
