"""What has to hold around erasures; `changke verify` asks it."""

from collections.abc import Iterator

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.coupons.models import Coupon, CouponEvent
from services.loyalty.models import PointsAccount, PointsEntry
from services.members.models import Member, MemberSearchTerm
from services.privacy import erased
from services.shared import runtime
from services.shared.models import MemberKey
from services.shared.wiping import GONE
from services.wallet.models import WalletAccount, WalletEntry


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every member whose key is destroyed without an erasure, and for everyone erased who is known again or
    holds something."""
    told = set(session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "members:erase")))
    gone = set(session.scalars(select(MemberKey.member_id).where(MemberKey.destroyed_at.is_not(None))))
    yield from (
        f"privacy: the key of member {each} was destroyed, and nobody erased them" for each in sorted(gone - told)
    )
    query = select(Member.id).where(Member.id.in_(gone), (Member.phone.is_not(None)) | (Member.name != GONE))
    found = set(session.scalars(query)) | set(
        session.scalars(select(MemberSearchTerm.member_id).where(MemberSearchTerm.member_id.in_(gone)))
    )
    yield from (f"privacy: member {each} was erased and has a name or a phone again" for each in sorted(found))
    yield from _find_holders(session)
    known = erased.read_list(runtime.config().data / erased.NAME)
    for member_id in erased.list_forgotten(session, known):
        yield f"privacy: member {member_id} was erased, these books are from before: restore the copy by `changke restore`"


def _find_holders(session: Session) -> Iterator[str]:
    """Who was erased and holds something since. What a refund put back does not count: the order stays theirs in the books."""
    for book, account, entry, held, back in (
        ("wallet", WalletAccount, WalletEntry, WalletAccount.principal + WalletAccount.bonus, WalletEntry.principal + WalletEntry.bonus),
        ("points", PointsAccount, PointsEntry, PointsAccount.balance, PointsEntry.amount),
    ):  # fmt: skip
        refunded = (
            select(func.coalesce(func.sum(back), 0))
            .where(entry.member_id == account.member_id, entry.kind == "give_back", entry.at >= MemberKey.destroyed_at)
            .scalar_subquery()
        )
        query = select(account.member_id).join(MemberKey, MemberKey.member_id == account.member_id)
        query = query.where(MemberKey.destroyed_at.is_not(None), held > refunded).order_by(account.member_id)
        yield from (f"privacy: member {each} was erased and has {book} again" for each in session.scalars(query))
    put_back = exists().where(CouponEvent.coupon_id == Coupon.id, CouponEvent.kind.in_(("undo", "give_back")))
    coupons = select(Coupon.id, Coupon.member_id).join(MemberKey, MemberKey.member_id == Coupon.member_id)
    coupons = coupons.where(MemberKey.destroyed_at.is_not(None), Coupon.state.in_(("issued", "reserved")), ~put_back)
    for coupon_id, member_id in session.execute(coupons.order_by(Coupon.id)):
        yield f"privacy: member {member_id} was erased and holds coupon {coupon_id}"
