"""Lists of members who were given a template: what became of each line."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import CouponBatch, CouponBatchRow
from services.members.models import Member
from services.members.rules import phones
from services.shared.refusals import NotFound

SOME = 500  # ids in one question


def get_batch(session: Session, batch_id: int) -> CouponBatch:
    """One list. Raises NotFound."""
    batch = session.get(CouponBatch, batch_id)
    if batch is None:
        raise NotFound("coupon_batch_not_found")
    return batch


def list_batches(session: Session, template_id: int, *, limit: int = 10) -> list[CouponBatch]:
    """The lists a template was given to, the newest first."""
    query = select(CouponBatch).where(CouponBatch.template_id == template_id)
    return list(session.scalars(query.order_by(CouponBatch.id.desc()).limit(limit)))


def count_outcomes(session: Session, batch_id: int) -> dict[str, int]:
    """How many lines of a list came to what."""
    rows = session.execute(
        select(CouponBatchRow.outcome, func.count())
        .where(CouponBatchRow.batch_id == batch_id)
        .group_by(CouponBatchRow.outcome)
    )
    return {row[0]: row[1] for row in rows}


def list_batch_rows(
    session: Session, batch_id: int, *, outcome: str = "", after: int = 0, limit: int = 50
) -> list[CouponBatchRow]:
    """The lines of a list in their order; `outcome` narrows them to one result."""
    query = select(CouponBatchRow).where(CouponBatchRow.batch_id == batch_id, CouponBatchRow.id > after)
    if outcome:
        query = query.where(CouponBatchRow.outcome == outcome)
    return list(session.scalars(query.order_by(CouponBatchRow.id).limit(limit)))


def list_unfinished(session: Session) -> list[int]:
    """The lists that have lines waiting."""
    return list(
        session.scalars(select(CouponBatch.id).where(CouponBatch.finished_at.is_(None)).order_by(CouponBatch.id))
    )


def find_members(session: Session, lines: Sequence[str]) -> list[int | None]:
    """The living member behind each typed phone or member number; None where there is none. Few queries, however long the list."""
    read = [(phones.read_number(line), _phone(line)) for line in lines]
    by_number = _ids(session, Member.number, {number for number, _ in read if number})
    by_phone = _ids(session, Member.phone, {phone for _, phone in read if phone})
    return [by_number.get(number or "") or by_phone.get(phone or "") for number, phone in read]


def _phone(line: str) -> str | None:
    try:
        return phones.read_phone(line)
    except ValueError:
        return None


def _ids(session: Session, column: object, wanted: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    values = sorted(wanted)
    for start in range(0, len(values), SOME):
        some = values[start : start + SOME]
        query = select(column, Member.id).where(or_(column.in_(some)), Member.archived_at.is_(None))  # type: ignore[attr-defined,call-overload]
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found
