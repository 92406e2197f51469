"""Which coupons levels still owe to their members: monthly ones, and birthday gifts. Tiers and coupons do not know each other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, String, cast, exists, literal, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponEvent
from services.loyalty.models import MemberTier
from services.loyalty.queries import list_tiers
from services.members.models import Member
from services.members.rules import birthdays
from services.stores.settings import Settings

ONCE_A_YEAR = timedelta(
    days=300
)  # a birthday that is moved does not come twice (facts.md §2.4); lunar years are up to 30 days shorter
LATE = timedelta(days=3)  # how long after the birthday a gift is still worth giving
MONTHLY, BIRTHDAY = "tier_monthly", "birthday"


@dataclass(frozen=True)
class Gift:
    """A coupon to be given: of which template, to whom, and the key that makes it once."""

    template_id: int
    member_id: int
    key: str
    source: str


def list_monthly(session: Session, today: date, *, without: Collection[int] = (), limit: int) -> list[Gift]:
    """Monthly coupons of this month that are not given yet, but for those of the templates `without`."""
    found: list[Gift] = []
    for tier in list_tiers(session):
        for template_id in tier.monthly_template_ids:
            if template_id in without or len(found) >= limit:
                continue
            prefix = f"{MONTHLY}:{template_id}:{today:%Y-%m}:"
            given = exists().where(Coupon.key == literal(prefix) + cast(Member.id, String))
            members = session.scalars(_on(tier.id).where(~given).limit(limit - len(found)))
            found += [Gift(template_id, member_id, f"{prefix}{member_id}", MONTHLY) for member_id in members]
    return found


def list_birthdays(session: Session, today: date, settings: Settings, *, at: datetime) -> list[Gift]:
    """Birthday gifts that are due: from `tiers.birthday_lead` days before the birthday, once a year."""
    templates = {tier.id: tier.birthday_template_id for tier in list_tiers(session) if tier.birthday_template_id}
    if not templates:
        return []
    # Whom it was given to, not who holds it: it may have gone to a friend, whose own birthday comes too.
    lately = (
        select(CouponEvent.member_id)
        .join(Coupon, Coupon.id == CouponEvent.coupon_id)
        .where(CouponEvent.kind == "issue", CouponEvent.member_id.is_not(None))
        .where(Coupon.source == BIRTHDAY, Coupon.issued_at > at - ONCE_A_YEAR)
    )
    rows = session.execute(
        select(Member, MemberTier.tier_id)
        .join(MemberTier, MemberTier.member_id == Member.id)
        .where(
            MemberTier.tier_id.in_(templates),
            Member.archived_at.is_(None),
            Member.birthday_month.is_not(None),
            Member.id.not_in(lately),
        )
        .order_by(Member.id)
        .execution_options(yield_per=1000)
    )
    return [
        Gift(template_id, member.id, f"{BIRTHDAY}:{member.id}:{kept}", BIRTHDAY)
        for member, tier_id in rows
        if (template_id := templates[tier_id]) and (kept := _kept(member, today, settings))
    ]


def _kept(member: Member, today: date, settings: Settings) -> date | None:
    """The birthday that a gift of today is for, if one is near."""
    birthday = birthdays.of(vars(member))
    kept = birthdays.nearest(birthday, today, late_leap_day=settings.late_leap_day) if birthday else None
    lead = settings["tiers.birthday_lead"]
    return kept if kept and kept - timedelta(days=lead) <= today <= kept + LATE else None


def _on(tier_id: int) -> Select[int]:
    return (
        select(Member.id)
        .join(MemberTier, MemberTier.member_id == Member.id)
        .where(MemberTier.tier_id == tier_id, Member.archived_at.is_(None))
        .order_by(Member.id)
    )
