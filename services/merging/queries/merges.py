"""Merges that were made, and whether one can still be undone."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon
from services.loyalty.queries.merging import find_came
from services.members.models import Member
from services.merging.errors import MergeNotFound
from services.merging.models import Merge
from services.shared import vault
from services.shared.words import N_
from services.wallet.queries.merging import was_spent

UNDOABLE = timedelta(days=7)


def get_merge(session: Session, merge_id: int) -> Merge:
    """One merge. Raises MergeNotFound."""
    row = session.get(Merge, merge_id) if 0 < merge_id < 2**63 else None
    if row is None:
        raise MergeNotFound
    return row


def list_merges(session: Session, member_id: int, *, limit: int = 50) -> list[Merge]:
    """The merges in which this member has a part, the newest first, also undone ones."""
    mine = or_(Merge.winner_id == member_id, Merge.loser_id == member_id)
    return list(session.scalars(select(Merge).where(mine).order_by(Merge.id.desc()).limit(limit)))


def find_lock(session: Session, merge: Merge, *, at: datetime) -> str:
    """Why a merge cannot be undone any more; empty where it can."""
    of = [merge.loser_id, *merge.moved["aliases"]]
    if merge.undone_at is not None:
        return N_("已经撤销过了")
    if at - merge.at > UNDOABLE:
        return N_("合并超过 7 天，不能撤销了")
    if any(vault.destroyed_at(session, each) is not None for each in (merge.winner_id, merge.loser_id)):
        return N_("其中一位会员已经注销，不能撤销了")
    if session.scalar(select(Member.merged_into).where(Member.id == merge.winner_id)) is not None:
        return N_("这张卡后来又并入了另一张，请先撤销那一次")
    if was_spent(session, merge.winner_id, of):
        return N_("并过来的储值已经用过，不能撤销了")
    if find_came(session, merge.winner_id, of, merge.moved["pending"]).spent:
        return N_("并过来的积分已经用过，不能撤销了")
    held = Coupon.id.in_(merge.moved["coupons"])
    gone = held & (~Coupon.state.in_(("issued", "expired")) | (Coupon.member_id != merge.winner_id))
    if session.scalar(select(Coupon.id).where(gone).limit(1)) is not None:
        return N_("并过来的优惠券已经用过或占用，不能撤销了")
    return ""
