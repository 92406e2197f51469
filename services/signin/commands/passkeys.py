"""Passkeys: made by someone who is in, used by someone who comes in, named and removed by whose they are.

A challenge is asked and answered once, by the browser that was asked (`browser`: what only this browser sends). Answering uses it up, also
where the answer is not genuine; such commands answer None and are committed.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity.models import Staff
from services.members.models import Member
from services.shared import runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin import ceremonies
from services.signin.ceremonies import Answer, NotGenuineError
from services.signin.events import PasskeyAdded
from services.signin.models import MemberSession, Passkey, PasskeyChallenge, WalletPin
from services.signin.queries.passkeys import Kind, list_passkeys, owner_of
from services.signin.queries.sessions import reaches

CHALLENGE_LIFE = timedelta(minutes=5)
MOST = 10  # passkeys of one person


def ask_for_passkey(
    session: Session, *, shop: str, user_name: str, browser: str, actor: Actor, at: datetime
) -> dict[str, Any]:
    """What the browser of `actor` is asked to make a passkey with. `user_name` is what they read when choosing one. Invalid at `MOST`."""
    kind, owner_id = owner_of(actor)
    known = list_passkeys(session, kind, owner_id)
    if len(known) >= MOST:
        raise Invalid({"name": [N_("通行密钥最多 10 个，请先删掉一个")]}, "passkeys_too_many")
    handle = known[0].user_handle if known else secrets.token_bytes(64)
    asked = _ask(session, f"{kind}:add", browser, owner_id=owner_id, user_handle=handle, at=at)
    return ceremonies.ask_creation(
        asked, shop=shop, user_handle=handle, user_name=user_name, known=[each.credential_id for each in known]
    )


def add_passkey(
    session: Session, answer: Answer, *, name: str, browser: str, session_id: int | None, actor: Actor, at: datetime
) -> Passkey | None:
    """Keep the passkey that was made for `actor` in their session `session_id`; None when the answer is not genuine (its challenge is
    used up)."""
    kind, owner_id = owner_of(actor)
    asked = _take(session, f"{kind}:add", browser, answer, owner_id=owner_id, at=at)
    if asked is None or asked.user_handle is None or not _may_have_another(session, kind, owner_id, asked.user_handle):
        return None
    try:
        made = ceremonies.read_creation(answer, asked.challenge)
    except NotGenuineError:
        return None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        return None
    row = Passkey(
        staff_id=owner_id if kind == "staff" else None,
        member_id=owner_id if kind == "member" else None,
        user_handle=asked.user_handle, credential_id=made.credential_id, public_key=made.public_key,
        sign_count=made.sign_count, transports=list(made.transports), aaguid=made.aaguid, synced=made.synced,
        backed_up=made.backed_up, name=name, created_at=at,
        by_shown_code=kind == "member" and session.get_one(MemberSession, session_id).by_shown_code,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, "passkeys:create", _whose(row), actor=actor, at=at, changes={"name": row.name})
    announce(session, PasskeyAdded(row.id, row.member_id, row.staff_id, name, at.isoformat()), at=at)
    return row


def ask_to_sign_in(session: Session, kind: Kind, *, browser: str, at: datetime) -> dict[str, Any]:
    """What a browser is asked to sign in with, whoever that may be."""
    return ceremonies.ask_assertion(_ask(session, f"{kind}:sign_in", browser, at=at))


def use_passkey(
    session: Session, kind: Kind, answer: Answer, *, browser: str, actor: Actor, at: datetime
) -> int | None:
    """Whose passkey answered: the id of a member of staff or of a member; None when it is not genuine, not of this app, or of somebody
    who is disabled or gone. A counter that fell is noted in the audit."""
    asked = _take(session, f"{kind}:sign_in", browser, answer, at=at)
    return None if asked is None else _answered(session, kind, asked, answer, actor=actor, at=at)


def ask_to_step_up(session: Session, *, browser: str, actor: Actor, at: datetime) -> dict[str, Any]:
    """What the browser of `actor` is asked to sign, to prove that they are still the one who is here."""
    kind, owner_id = owner_of(actor)
    return ceremonies.ask_assertion(_ask(session, f"{kind}:step_up", browser, owner_id=owner_id, at=at))


def prove_presence(session: Session, answer: Answer, *, browser: str, actor: Actor, at: datetime) -> bool:
    """Whether a passkey of `actor` themselves answered what `ask_to_step_up` asked this browser."""
    kind, owner_id = owner_of(actor)
    asked = _take(session, f"{kind}:step_up", browser, answer, owner_id=owner_id, at=at)
    return asked is not None and _answered(session, kind, asked, answer, actor=actor, at=at) == owner_id


def _answered(
    session: Session, kind: Kind, asked: PasskeyChallenge, answer: Answer, *, actor: Actor, at: datetime
) -> int | None:
    """Whose passkey answered what was asked; None where the answer is not genuine, or its owner may not come in."""
    try:
        row = _find(session, kind, answer)
    except NotGenuineError:
        return None
    if row is None:
        return None
    try:
        seen = ceremonies.read_assertion(answer, asked.challenge, public_key=row.public_key, sign_count=row.sign_count)
    except NotGenuineError as refused:
        if refused.counter_fell:
            audit.record(session, "passkeys:refuse", _whose(row), actor=actor, at=at, changes={"name": row.name})
        return None
    row.sign_count, row.backed_up, row.used_at = seen.sign_count, seen.backed_up, at
    return row.staff_id or row.member_id


def rename_passkey(
    session: Session, passkey_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Passkey:
    """Give one's own passkey another `name`. Raises NotFound for somebody else's."""
    row = session.get(Passkey, passkey_id, with_for_update=True)
    if row is None or not _is_own(row, actor):
        raise NotFound("passkey_not_found")
    before, row.name = row.name, data["name"]
    audit.record(session, "passkeys:change", _whose(row), actor=actor, at=at, changes={"name": [before, row.name]})
    return row


def remove_passkey(session: Session, passkey_id: int, *, of: int | None = None, actor: Actor, at: datetime) -> None:
    """This passkey signs nobody in any more: one's own, and with `staff:change` that of staff within reach. Raises NotFound.

    `of` is whose it must be, where a page or address names somebody: the id of a member of staff, or of a member.
    """
    row = session.get(Passkey, passkey_id, with_for_update=True)
    if (
        row is None
        or of not in (None, row.staff_id or row.member_id)
        or not (_is_own(row, actor) or (row.staff_id and reaches(session, row.staff_id, actor)))
    ):
        raise NotFound("passkey_not_found")
    audit.record(session, "passkeys:remove", _whose(row), actor=actor, at=at, changes={"name": row.name})
    session.delete(row)


def drop_credentials(session: Session, member_id: int) -> None:
    """No passkey and no PIN of this member counts any more, nor one that is being made: they may be a stranger's."""
    for table in (Passkey, WalletPin):
        session.execute(delete(table).where(table.member_id == member_id))
    mine = (PasskeyChallenge.purpose == "member:add", PasskeyChallenge.owner_id == member_id)
    session.execute(delete(PasskeyChallenge).where(*mine))


def _may_have_another(session: Session, kind: Kind, owner_id: int, user_handle: bytes) -> bool:
    """Whether they are here and have room, looked at once nobody else changes it; the handle is the one of the others."""
    if kind == "staff":
        here: Any = select(Staff.disabled_at).where(Staff.id == owner_id)
    else:
        here = select(Member.archived_at).where(Member.id == owner_id)
    owner = session.execute(here.with_for_update()).one()
    known = list_passkeys(session, kind, owner_id)
    return owner[0] is None and len(known) < MOST and all(each.user_handle == user_handle for each in known)


def _ask(
    session: Session, purpose: str, browser: str, *, owner_id: int | None = None, user_handle: bytes | None = None,
    at: datetime,
) -> bytes:  # fmt: skip
    """A fresh challenge; another tab of this browser may be asked at the same time."""
    challenge = secrets.token_bytes(64)
    row = PasskeyChallenge(
        browser_hash=runtime.keys().hash(browser), purpose=purpose, owner_id=owner_id, challenge=challenge, user_handle=user_handle,
        expires_at=at + CHALLENGE_LIFE,
    )  # fmt: skip
    session.add(row)
    return challenge


def _take(
    session: Session, purpose: str, browser: str, answer: Answer, *, owner_id: int | None = None, at: datetime
) -> PasskeyChallenge | None:
    """The question that this browser was asked and that this answers, gone with this: of two that answer it at once, one finds it."""
    try:
        challenge = ceremonies.read_challenge(answer)
    except NotGenuineError:
        return None
    took = (
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.browser_hash == runtime.keys().hash(browser),
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.challenge == challenge,
        )
        .returning(PasskeyChallenge)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(took).scalars().first()
    return row if row is not None and row.owner_id == owner_id and row.expires_at > at else None


def _find(session: Session, kind: Kind, answer: Answer) -> Passkey | None:
    """The passkey of an answer, where its owner may come in. Held, so that its counter rises in order. Raises NotGenuineError."""
    credential_id, handle = ceremonies.read_credential_id(answer), ceremonies.read_user_handle(answer)
    if kind == "staff":
        here = select(Passkey).join(Staff, Staff.id == Passkey.staff_id).where(Staff.disabled_at.is_(None))
    else:
        here = select(Passkey).join(Member, Member.id == Passkey.member_id).where(Member.archived_at.is_(None))
    mine = (Passkey.credential_id == credential_id, Passkey.user_handle == handle)
    return session.scalars(here.where(*mine).with_for_update(of=Passkey)).first()


def _is_own(row: Passkey, actor: Actor) -> bool:
    return actor.id is not None and actor.id == {"staff": row.staff_id, "member": row.member_id}.get(actor.kind)


def _whose(row: Passkey) -> tuple[str, int | None]:
    return ("staff", row.staff_id) if row.staff_id else ("member", row.member_id)
