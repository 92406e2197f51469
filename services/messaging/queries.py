"""Reading inboxes, devices and deliveries."""

import re

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from services.messaging.models import Message, PushSubscription
from services.shared.refusals import NotFound

_DIGITS = re.compile(r"\d{6}")
_ASKED = "proof:"  # what asks a member to agree to a spending, perhaps by a code (signin.commands.send_proof_code)


def title_for_others(message: Message) -> str:
    """A message's title as anybody but its member reads it: a code that the member has to say is theirs alone."""
    return _DIGITS.sub("••••••", message.title) if message.key.startswith(_ASKED) else message.title


def list_messages(
    session: Session, member_id: int, *, unread: bool = False, after: int | None = None, limit: int = 50
) -> list[Message]:
    """A member's inbox or what is unread of it, the newest first; `after` is the id of the last one seen."""
    query = select(Message).where(Message.member_id == member_id)
    if unread:
        query = query.where(Message.read_at.is_(None))
    if after is not None:
        last = select(Message.created_at).where(Message.id == after).scalar_subquery()
        query = query.where(tuple_(Message.created_at, Message.id) < tuple_(last, after))
    return list(session.scalars(query.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)))


def list_all_messages(session: Session, *, after: int | None = None, limit: int = 50) -> list[Message]:
    """Every inbox row, the newest first, for programs."""
    query = select(Message).order_by(Message.id.desc()).limit(limit)
    return list(session.scalars(query.where(Message.id < after) if after is not None else query))


def get_message(session: Session, message_id: int, *, member_id: int | None = None) -> Message:
    """One message, of this member when one is named. Raises NotFound, also for somebody else's."""
    message = session.get(Message, message_id)
    if message is None or member_id not in {None, message.member_id}:
        raise NotFound("message_not_found")
    return message


def find_message(session: Session, key: str, *, member_id: int) -> Message | None:
    """The message that was written to this member under `key` (`order:9`)."""
    return session.scalar(select(Message).where(Message.member_id == member_id, Message.key == key))


def count_unread(session: Session, member_id: int) -> int:
    """How many messages wait to be read: the badge."""
    query = select(func.count()).select_from(Message).where(Message.member_id == member_id, Message.read_at.is_(None))
    return session.scalar(query) or 0


def list_subscriptions(session: Session, *, app: str, owner_id: int) -> list[PushSubscription]:
    """The devices of one person that can be pushed to, the last seen first."""
    owner = PushSubscription.member_id if app == "member" else PushSubscription.staff_id
    return list(session.scalars(select(PushSubscription).where(owner == owner_id).order_by(PushSubscription.id.desc())))


def find_subscription(session: Session, endpoint: str, *, app: str, owner_id: int) -> PushSubscription | None:
    """This person's device with this endpoint; None for anybody else's."""
    owner = PushSubscription.member_id if app == "member" else PushSubscription.staff_id
    return session.scalar(
        select(PushSubscription).where(
            PushSubscription.endpoint == endpoint, PushSubscription.app == app, owner == owner_id
        )
    )
