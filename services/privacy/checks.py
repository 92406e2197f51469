"""What has to hold around erasures; `changke verify` asks it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.members.models import Member, MemberSearchTerm
from services.privacy import erased
from services.shared import runtime
from services.shared.models import MemberKey
from services.shared.wiping import GONE


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every member whose key is destroyed without an erasure, and for everyone erased who is known again."""
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
    known = erased.read_list(runtime.config().data / erased.NAME)
    for member_id in erased.list_forgotten(session, known):
        yield f"privacy: member {member_id} was erased, these books are from before: restore the copy by `changke restore`"
