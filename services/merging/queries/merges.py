"""Merges that were made, and whether one can still be undone."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.coupons.queries import merging as coupons
from services.loyalty.queries import merging as points
from services.members.models import Member
from services.merging.errors import MergeNotFound
from services.merging.models import Merge
from services.orders.queries.merging import count_reversals
from services.shared import vault
from services.shared.words import N_
from services.signin.queries.freezes import find_freeze
from services.wallet.queries import merging as wallet

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
    if any(find_freeze(session, each) is not None for each in (merge.winner_id, merge.loser_id)):
        return N_("其中一位会员报告过异常，余额冻结着，请先核实解冻")
    if session.scalar(select(Member.merged_into).where(Member.id == merge.winner_id)) is not None:
        return N_("这张卡后来又并入了另一张，请先撤销那一次")
    return _find_touched(session, merge, of, at=at)


def _find_touched(session: Session, merge: Merge, of: list[int], *, at: datetime) -> str:
    """What of what came along is not there as it came: spent, expired, matured, paid out, come back. Then nobody could say any more what
    is whose."""
    winner_id, moved = merge.winner_id, merge.moved
    if moved["debt"]:
        return N_("合并时抵掉了欠的积分，不能撤销了")
    if count_reversals(session, of) != moved["reversals"]:
        return N_("并过来的订单退过款或者换了会员，不能撤销了")
    if wallet.were_touched(session, moved["wallet"]):
        return N_("并过来的储值动用过，不能撤销了")
    if points.were_touched(session, moved["points"]):
        return N_("并过来的积分用过或者过期了，不能撤销了")
    if not points.are_pending(session, winner_id, moved["pending"]):
        return N_("并过来的待入账积分已经到账，不能撤销了")
    if coupons.were_touched(session, winner_id, of, moved["coupons"], mark=moved["coupon_mark"], at=at):
        return N_("并过来的优惠券用过、占用或者过期了，不能撤销了")
    return ""
