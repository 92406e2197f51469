"""Issuing coupons. Every limit is a conditional UPDATE on a counter row: it holds whatever runs at the same time.

Whoever catches NoneLeft takes back what was counted before it, with a savepoint.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons import permissions
from services.coupons.commands.events import note
from services.coupons.errors import NoneLeft, TemplateOver
from services.coupons.events import CouponGiven, CouponIssued
from services.coupons.models import Coupon, CouponCount, CouponEvent, CouponTemplate
from services.coupons.queries.merging import count_of_merged
from services.coupons.queries.templates import get_open_template
from services.coupons.rules import share, validity
from services.members.models import Member
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.days import day_bounds, local_day
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.stores.queries import load_settings

TOLD = frozenset({"manual", "welcome", "apology", "form"})  # what comes unasked, one by one

_templates: Any = CouponTemplate.__table__
_counts: Any = CouponCount.__table__
_STOCK = (
    update(_templates)
    .where(
        _templates.c.id == bindparam("template"),
        or_(_templates.c.stock.is_(None), _templates.c.issued < _templates.c.stock),
    )
    .values(issued=_templates.c.issued + 1)
    .returning(_templates.c.per_member, _templates.c.per_day)
)
_COUNT = (
    update(_counts)
    .where(
        _counts.c.template_id == bindparam("template"),
        _counts.c.subject == bindparam("of"),
        _counts.c.count < bindparam("most"),
    )
    .values(count=_counts.c.count + 1)
)


def issue_coupon(
    session: Session,
    template_id: int,
    member_id: int,
    *,
    source: str,
    key: str | None = None,
    limited: bool = True,
    note_words: str = "",
    actor: Actor,
    at: datetime,
) -> Coupon:
    """Give a member a coupon of a template. Raises NoneLeft when its stock, or the member's or the day's share, is used up, and
    TemplateOver when it would have expired already.

    `key` makes it once (`order:9:welcome`); `limited` False passes over the shares of member and day (an apology, a plan that was paid
    for), never over the stock. By hand it needs the permission; by a claim, a top-up or the system the caller has decided.
    """
    if source == "manual":
        actor.require(permissions.COUPONS_ISSUE)
    template = get_open_template(session, template_id)
    _require_living(session, member_id)
    zone = load_settings(session).zone
    day = local_day(at, zone)
    starts_at, expires_at = validity(
        template.starts_on, template.ends_on, template.valid_days, template.starts_after, issued_on=day, zone=zone
    )
    if expires_at is not None and expires_at <= max(at, starts_at or at):
        raise TemplateOver
    # The template's row is taken first, then counters: a list keeps it while it asks for the next member's.
    shares = session.connection().execute(_STOCK, {"template": template.id}).first()
    if shares is None:
        raise NoneLeft("stock")
    if limited:
        today = Coupon.issued_at >= day_bounds(day, zone)[0]
        # Whoever holds it now: a coupon that came from a friend was given to the friend.
        given = Coupon.id.in_(
            select(CouponEvent.coupon_id).where(CouponEvent.kind == "issue", CouponEvent.member_id == member_id)
        )
        most = share(shares.per_member, source)
        if most is not None:
            most -= count_of_merged(session, template.id, member_id)
        _count(session, template.id, f"member:{member_id}", most, "member", counted=given)
        _count(session, template.id, f"day:{day}", shares.per_day, "day", counted=today)
    code = ids.short_code()
    coupon = Coupon(
        template_id=template.id,
        member_id=member_id,
        code_hash=runtime.keys().hash(code),
        code_sealed=runtime.keys().encrypt(code.encode(), "coupon"),
        state="issued",
        source=source,
        key=key,
        starts_at=starts_at,
        expires_at=expires_at,
        issued_at=at,
    )
    session.add(coupon)
    session.flush()
    note(session, coupon.id, "issue", member_id=member_id, actor=actor, at=at, words=note_words)
    changes = {"template": template.name, "member": member_id, "source": source}
    if note_words:
        changes["reason"] = note_words
    audit.record(
        session, "coupons:issue", ("coupon", coupon.id), actor=actor, at=at, member_id=member_id, changes=changes
    )
    announce(session, CouponIssued(coupon.id, template.id, member_id, source), at=at)
    if source in TOLD:
        announce(session, CouponGiven(coupon.id, member_id), at=at)
    return coupon


def _require_living(session: Session, member_id: int) -> None:
    """Kept from being erased until this transaction ends."""
    there = select(Member.id).where(Member.id == member_id, Member.archived_at.is_(None))
    if session.scalar(there.with_for_update(read=True, key_share=True)) is None:
        raise NotFound("member_not_found")


def _count(session: Session, template_id: int, subject: str, most: int | None, limit: str, *, counted: Any) -> None:
    """Count one more for `subject`; NoneLeft when there are `most` already.

    The counter starts with what was given out (`counted`) before the template had this limit.
    """
    if most is None:
        return
    connection, given = session.connection(), {"template": template_id, "of": subject, "most": most}
    if connection.execute(_COUNT, given).rowcount:
        return
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    before = select(func.count()).where(Coupon.template_id == template_id, counted)
    opened = {"template_id": template_id, "subject": subject, "count": session.scalar(before)}
    connection.execute(build(_counts).on_conflict_do_nothing(), opened)
    if not connection.execute(_COUNT, given).rowcount:
        raise NoneLeft(limit)
