"""Every way in of a member who is erased ends, and what is known of their phones goes."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services.shared import limits
from services.signin.models import (
    CoolDown,
    DevelopmentMail,
    MemberDevice,
    MemberSession,
    OneTimeCode,
    Passkey,
    PasskeyChallenge,
    PhoneCode,
    PhoneQuestion,
    SpendingFreeze,
    SpendingProof,
    WalletPin,
)
from services.sms.commands import forget_phone_of


def close_every_way_in(session: Session, member_id: int, phone: str | None, *, at: datetime) -> None:
    """Sessions, codes, passkeys and those being added, member code and PIN are gone. Devices and proofs stay as numbers: scans and orders
    name them."""
    for table in (CoolDown, OneTimeCode, Passkey, PhoneCode, PhoneQuestion, SpendingFreeze, WalletPin):
        session.execute(delete(table).where(table.member_id == member_id))
    asked = PasskeyChallenge.purpose == "member:add", PasskeyChallenge.owner_id == member_id
    session.execute(delete(PasskeyChallenge).where(*asked))
    session.execute(delete(DevelopmentMail).where(DevelopmentMail.recipient == (phone or "-")))
    handles = session.scalars(select(MemberDevice.handle).where(MemberDevice.member_id == member_id)).all()
    for number, handle in enumerate(handles, 1):
        ended = update(MemberDevice).where(MemberDevice.handle == handle)
        over = {"session_id": None, "name": "", "secret": b"", "handle": f"erased:{member_id}:{number}"}
        session.execute(ended.values(**over, revoked_at=func.coalesce(MemberDevice.revoked_at, at)))
    session.execute(delete(MemberSession).where(MemberSession.member_id == member_id))
    proofs = update(SpendingProof).where(SpendingProof.member_id == member_id)
    session.execute(proofs.values(words="", code_hash=None))
    session.execute(proofs.where(SpendingProof.expires_at > at).values(expires_at=at))
    forget_phone_of(session, member_id, at=at)
    named = {phone or "-", f"member:{member_id}", str(member_id)}
    limits.forget_subjects(session, [*named, *handles])
