"""Giving a template to a list of members: written down at once, given out some at a time, the result beside each line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons import permissions
from services.coupons.commands.issuing import issue_coupon
from services.coupons.errors import NoneLeft, TemplateOver, TemplatePaused
from services.coupons.models import CouponBatch, CouponBatchRow
from services.coupons.queries.batches import find_members
from services.coupons.queries.templates import get_open_template
from services.shared import jobs
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

AT_ONCE = 30  # so many are given out while the page waits
PART = 100  # in one transaction of the worker
MOST = 20_000


def issue_to_lines(
    session: Session, template_id: int, lines: Sequence[str], reason: str, *, actor: Actor, at: datetime
) -> CouponBatch:
    """Give a template to the members behind typed phones and numbers, one a line. Raises Invalid for an empty or endless list."""
    actor.require(permissions.COUPONS_ISSUE)
    typed = [line for raw in lines if (line := raw.strip()[:60])]
    if not typed:
        raise Invalid({"lines": [N_("请填手机号或会员编号，每行一个")]})
    found = list(zip(typed, find_members(session, typed), strict=True))
    return _open(session, template_id, found, reason, actor=actor, at=at)


def issue_to_members(
    session: Session, template_id: int, member_ids: Sequence[int], reason: str, *, actor: Actor, at: datetime
) -> CouponBatch:
    """Give a template to these members."""
    actor.require(permissions.COUPONS_ISSUE)
    if not member_ids:
        raise Invalid({"lines": [N_("没有符合的会员")]})
    return _open(session, template_id, [("", member_id) for member_id in member_ids], reason, actor=actor, at=at)


def issue_part(session: Session, batch_id: int, *, at: datetime, most: int = PART) -> bool:
    """Give out the next lines of a list; True while some wait. Safe to run twice: each member of a list has one key."""
    batch = session.scalar(select(CouponBatch).where(CouponBatch.id == batch_id).with_for_update())
    if batch is None or batch.finished_at is not None:
        return False
    waiting = select(CouponBatchRow).where(CouponBatchRow.batch_id == batch_id, CouponBatchRow.outcome == "waiting")
    rows = session.scalars(waiting.order_by(CouponBatchRow.id).limit(most)).all()
    allowed = frozenset({permissions.COUPONS_ISSUE})
    actor = Actor(batch.actor_kind, batch.actor_id, batch.actor_name, allowed, None)  # type: ignore[arg-type]
    for row in rows:
        row.outcome, row.coupon_id = _give(session, batch, row, actor, at)
    session.flush()
    if len(rows) < most:
        batch.finished_at = at
        audit.record(
            session, "coupon_batches:finish", ("coupon_template", batch.template_id), actor=actor, at=at,
            changes={"total": batch.total},
        )  # fmt: skip
        return False
    return True


def _open(
    session: Session,
    template_id: int,
    found: Sequence[tuple[str, int | None]],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> CouponBatch:
    from services.coupons.jobs import issue_batch

    template = get_open_template(session, template_id)
    if len(found) > MOST:
        raise Invalid({"lines": [N_("一次最多 20000 位")]})
    batch = CouponBatch(
        template_id=template.id, reason=reason, actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name,
        total=len(found), created_at=at, finished_at=None,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.execute(insert(CouponBatchRow), _rows(batch.id, found))
    changes = {"name": template.name, "total": batch.total, "reason": reason}
    audit.record(
        session, "coupon_batches:create", ("coupon_template", template.id), actor=actor, at=at, changes=changes
    )
    if issue_part(session, batch.id, at=at, most=AT_ONCE):
        jobs.enqueue(session, issue_batch, batch.id)
    return batch


def _rows(batch_id: int, found: Sequence[tuple[str, int | None]]) -> list[dict[str, object]]:
    rows, seen = [], set()
    for typed, member_id in found:
        outcome = "unknown" if member_id is None else "twice" if member_id in seen else "waiting"
        seen.add(member_id)
        rows.append(
            {"batch_id": batch_id, "typed": typed, "member_id": member_id, "outcome": outcome, "coupon_id": None}
        )
    return rows


def _give(
    session: Session, batch: CouponBatch, row: CouponBatchRow, actor: Actor, at: datetime
) -> tuple[str, int | None]:
    """Issue one coupon; a refusal takes back what it had counted and is the line's outcome."""
    assert row.member_id is not None, "a line that waits has its member"
    key = f"batch:{batch.id}:{row.member_id}"
    try:
        with session.begin_nested():
            coupon = issue_coupon(
                session, batch.template_id, row.member_id, source="list", key=key, note_words=batch.reason, actor=actor,
                at=at,
            )  # fmt: skip
    except NoneLeft as refusal:
        return f"none_left_{refusal.params['limit']}", None
    except TemplatePaused:
        return "paused", None
    except TemplateOver:
        return "over", None
    except NotFound:
        return "unknown", None
    return "issued", coupon.id
