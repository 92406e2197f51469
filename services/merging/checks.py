"""What has to hold around merges; `changke verify` asks it."""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from services.loyalty.models import GrowthAccount, PointsAccount
from services.members.models import Member
from services.wallet.models import WalletAccount


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every merged card that holds something still, and for every one that points at a card which was merged itself."""
    for account in (PointsAccount, GrowthAccount):
        left = select(Member.id, account.balance).join(account, account.member_id == Member.id)
        for member_id, balance in session.execute(left.where(Member.merged_into.is_not(None), account.balance != 0)):
            yield f"merging: card {member_id} was merged and has {balance} in {account.__tablename__}"
    stored = select(Member.id).join(WalletAccount, WalletAccount.member_id == Member.id)
    held = or_(WalletAccount.principal > 0, WalletAccount.bonus > 0)
    for member_id in session.scalars(stored.where(Member.merged_into.is_not(None), held)):
        yield f"merging: card {member_id} was merged and has stored value"
    keeper = aliased(Member)
    chained = select(Member.id).join(keeper, keeper.id == Member.merged_into).where(keeper.merged_into.is_not(None))
    yield from (f"merging: card {each} was merged into one that was merged" for each in session.scalars(chained))
