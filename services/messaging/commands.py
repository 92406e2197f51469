"""Writing to a member's inbox, reading it, and keeping the devices that can be pushed to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.messaging import permissions, rules
from services.messaging.errors import EndpointRefused, TooManySubscriptions
from services.messaging.jobs import deliver
from services.messaging.models import Delivery, Message, PushSubscription
from services.messaging.queries import count_unread, get_message
from services.messaging.texts import Text
from services.shared import jobs, runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

KEPT = timedelta(days=2)  # how long a push is worth delivering
CATEGORIES = ("service", "care", "marketing")


def send_message(
    session: Session,
    member_id: int,
    *,
    key: str,
    category: str,
    text: Text,
    path: str,
    language: str,
    at: datetime,
) -> int | None:
    """Write an inbox row, once per (member, key), and a delivery for each of the member's devices.

    Returns the message's id, or None when it was there already. `path` is where a tap leads, inside the member app.
    """
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Message).values(
        member_id=member_id,
        key=key,
        category=category,
        title=text.title,
        body=text.body,
        path=path,
        push_title=text.push_title,
        push_body=text.push_body,
        created_at=at,
    )
    message_id: int | None = session.execute(
        statement.on_conflict_do_nothing().returning(Message.id)
    ).scalar_one_or_none()
    if message_id is None:
        return None
    subscriptions = session.scalars(select(PushSubscription).where(PushSubscription.member_id == member_id)).all()
    unread = count_unread(session, member_id)
    told = _payload(text, path, tag=key, language=language, badge=unread)
    _queue(session, subscriptions, told, message_id=message_id, tag=key, urgency="normal", at=at)
    return message_id


def send_by_hand(
    session: Session, member_id: int, data: dict[str, str], *, language: str, key: str, actor: Actor, at: datetime
) -> int:
    """A message that staff or a program writes. Raises Invalid when `key` was used for this member."""
    actor.require(permissions.MESSAGES_SEND)
    text = Text(data["title"], data["body"], data["title"], N_("您有一条新消息"))
    sent = send_message(
        session,
        member_id,
        key=key,
        category=data["category"],
        text=text,
        path="/member/inbox",
        language=language,
        at=at,
    )
    if sent is None:
        raise Invalid({"key": [N_("这条消息已经发过了")]})
    audit.record(session, "messages:send", ("member", member_id), actor=actor, at=at)
    return sent


def mark_read(session: Session, message_id: int, *, actor: Actor, at: datetime) -> None:
    """The member opened a message. Raises NotFound for somebody else's."""
    message = get_message(session, message_id, member_id=int(actor.id or 0))
    session.execute(update(Message).where(Message.id == message.id, Message.read_at.is_(None)).values(read_at=at))


def mark_all_read(session: Session, *, actor: Actor, at: datetime) -> None:
    """The member has seen everything."""
    session.execute(update(Message).where(Message.member_id == actor.id, Message.read_at.is_(None)).values(read_at=at))


def subscribe(
    session: Session, *, app: str, endpoint: str, p256dh: str, auth: str, name: str, actor: Actor, at: datetime
) -> PushSubscription:
    """Let this device of `actor` be pushed to. The endpoint moves when someone else signs in on the same device.

    Raises EndpointRefused for a service we do not send to, Invalid for keys that cannot work, TooManySubscriptions.
    """
    if not rules.endpoint_allowed(endpoint, runtime.config().push_extra_hosts):
        raise EndpointRefused({"endpoint": [EndpointRefused.text]})
    if not rules.keys_hold(p256dh, auth):
        raise Invalid({"keys": [N_("推送密钥不对")]})
    owner = {"member_id": actor.id, "staff_id": None} if app == "member" else {"member_id": None, "staff_id": actor.id}
    row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    if row is None or row.member_id != owner["member_id"] or row.staff_id != owner["staff_id"]:
        _require_room(session, app, int(actor.id or 0))
    if row is None:
        row = PushSubscription(endpoint=endpoint, created_at=at)
        session.add(row)
    row.app, row.member_id, row.staff_id = app, owner["member_id"], owner["staff_id"]
    row.p256dh, row.auth, row.name, row.seen_at, row.failures = p256dh, auth, name[:60], at, 0
    session.flush()
    audit.record(session, "push_subscriptions:create", ("push_subscription", row.id), actor=actor, at=at)
    return row


def unsubscribe(session: Session, endpoint: str, *, app: str, actor: Actor, at: datetime) -> None:
    """This device of `actor` is not pushed to any more. Nothing happens for an endpoint that is not theirs."""
    row = _own(session, endpoint, app, actor)
    if row is not None:
        _forget(session, row.id)
        audit.record(session, "push_subscriptions:revoke", ("push_subscription", row.id), actor=actor, at=at)


def send_test(
    session: Session, endpoint: str, text: Text, *, app: str, language: str, actor: Actor, at: datetime
) -> None:
    """A test notification to one's own device. Raises NotFound when this device is not subscribed."""
    row = _own(session, endpoint, app, actor)
    if row is None:
        raise NotFound("subscription_not_found")
    told = _payload(text, f"/{app}/", tag="test", language=language, badge=None)
    _queue(session, [row], told, message_id=None, tag="test", urgency="high", at=at)
    audit.record(session, "push_subscriptions:test", ("push_subscription", row.id), actor=actor, at=at)


def _own(session: Session, endpoint: str, app: str, actor: Actor) -> PushSubscription | None:
    owner = PushSubscription.member_id if app == "member" else PushSubscription.staff_id
    return session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint, owner == actor.id))


def _forget(session: Session, subscription_id: int) -> None:
    session.execute(delete(Delivery).where(Delivery.subscription_id == subscription_id))
    session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


def _require_room(session: Session, app: str, owner_id: int) -> None:
    owner = PushSubscription.member_id if app == "member" else PushSubscription.staff_id
    count = session.scalar(select(func.count()).select_from(PushSubscription).where(owner == owner_id)) or 0
    if count >= rules.MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions({"endpoint": [TooManySubscriptions.text]})


def _payload(text: Text, path: str, *, tag: str, language: str, badge: int | None) -> dict[str, Any]:
    return rules.payload(
        title=text.push_title,
        body=text.push_body,
        navigate=runtime.config().public_origin + path,
        tag=tag,
        language=language,
        badge=badge,
    )


def _queue(
    session: Session,
    subscriptions: Sequence[PushSubscription],
    told: dict[str, Any],
    *,
    message_id: int | None,
    tag: str,
    urgency: str,
    at: datetime,
) -> None:
    if not subscriptions:
        return
    session.add_all(
        Delivery(
            message_id=message_id,
            subscription_id=subscription.id,
            payload=told,
            urgency=urgency,
            topic=rules.topic(tag),
            state="waiting",
            available_at=at,
            expires_at=at + KEPT,
        )
        for subscription in subscriptions
    )
    jobs.enqueue(session, deliver)
