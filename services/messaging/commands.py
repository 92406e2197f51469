"""Writing to a member's inbox, reading it, and keeping the devices that can be pushed to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.queries import find_reader, holds_consent
from services.members.rules.purposes import MARKETING
from services.messaging import permissions, rules, texts
from services.messaging.errors import EndpointRefused, MarketingNotAgreed, MemberSilent, TooManySubscriptions
from services.messaging.jobs import deliver
from services.messaging.models import Delivery, Message, PushSubscription
from services.messaging.queries import count_unread, find_subscription, get_message
from services.messaging.texts import Text
from services.shared import jobs, runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.wiping import Traces, wipe
from services.shared.words import N_
from services.stores.queries import load_settings

KEPT = timedelta(days=2)  # how long a push is worth delivering
TEST_KEPT = timedelta(minutes=10)
CATEGORIES = ("service", "care", "marketing")
URGENCY = {"service": "normal", "care": "normal", "marketing": "low"}

# Built once: every sale of a member passes here.
_messages: Any = Message.__table__
_subscriptions: Any = PushSubscription.__table__
_DEVICES = select(_subscriptions.c.id).where(_subscriptions.c.member_id == bindparam("member"))
_WRITE = {
    name: insert(_messages).on_conflict_do_nothing().returning(_messages.c.id, _DEVICES.exists().label("has_devices"))
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


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
    kept: timedelta = KEPT,
) -> int | None:
    """Write an inbox row, once per (member, key), and a delivery for each of the member's devices.

    Returns the message's id, or None when it was there already, or is marketing that the member does not agree to now. `path` is where
    a tap leads, inside the member app; empty: the message itself. `kept` is how long a push is worth delivering.
    """
    session.flush()
    if category == "marketing" and not holds_consent(session, member_id, MARKETING):
        return None
    connection = session.connection()
    row = {
        "member_id": member_id, "key": key, "category": category, "title": text.title, "body": text.body, "path": path,
        "push_title": text.push_title, "push_body": text.push_body, "created_at": at, "member": member_id,
    }  # fmt: skip
    written = connection.execute(_WRITE[connection.dialect.name], row).first()
    if written is None:
        return None
    message_id: int = written.id
    if written.has_devices:
        devices = connection.execute(_DEVICES, {"member": member_id}).scalars().all()
        unread = count_unread(session, member_id)
        told = _payload(text, path or f"/member/inbox/{message_id}", tag=key, language=language, badge=unread)
        _queue(session, devices, told, message_id=message_id, urgency=URGENCY[category], at=at, kept=kept)
    return message_id


def send_by_hand(
    session: Session, member_id: int, data: dict[str, str], *, language: str, key: str, actor: Actor, at: datetime
) -> int:
    """A message that staff or a program writes. Raises MemberSilent, MarketingNotAgreed, or Invalid when `key` was used before."""
    actor.require(permissions.MESSAGES_SEND)
    if not find_reader(session, member_id).listens:
        raise MemberSilent
    if data["category"] == "marketing" and not holds_consent(session, member_id, MARKETING):
        raise MarketingNotAgreed
    shop = load_settings(session)["shop.name"]
    text = texts.written(language, shop=shop, title=data["title"], body=data["body"])
    sent = send_message(
        session, member_id, key=key, category=data["category"], text=text, path="", language=language, at=at
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
) -> int:
    """Let this device of `actor` be pushed to; every start of the app says it again. Returns the subscription's id.

    An endpoint moves when someone else signs in on the same device; what was on its way to the former owner is dropped.
    Raises EndpointRefused for a service we do not send to, Invalid for keys that cannot work, TooManySubscriptions.
    """
    if not rules.endpoint_allowed(endpoint, runtime.config().push_extra_hosts):
        raise EndpointRefused({"endpoint": [EndpointRefused.text]})
    if not rules.keys_hold(p256dh, auth):
        raise Invalid({"keys": [N_("推送密钥不对")]})
    known = {"p256dh": p256dh, "auth": auth, "name": name[:60], "seen_at": at}
    mine = find_subscription(session, endpoint, app=app, owner_id=int(actor.id or 0))
    if mine is not None:
        session.execute(update(PushSubscription).where(PushSubscription.id == mine.id).values(known))
        return mine.id
    _require_room(session, app, int(actor.id or 0))
    session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))
    owner = {"member_id": None, "staff_id": None} | {_owner_column(app).key: actor.id}
    fresh = {"app": app, "endpoint": endpoint, "created_at": at, "failures": 0, "refused_at": None}
    values = known | owner | fresh
    written = _insert_subscription(session).values(values)
    written = written.on_conflict_do_update(index_elements=["endpoint"], set_=values)  # two starts of the app at once
    subscription_id: int = session.execute(written.returning(PushSubscription.id)).scalar_one()
    audit.record(session, "push_subscriptions:create", ("push_subscription", subscription_id), actor=actor, at=at)
    return subscription_id


def unsubscribe(session: Session, endpoint: str, *, app: str, actor: Actor, at: datetime) -> None:
    """This device of `actor` is not pushed to any more. Nothing happens for an endpoint that is not theirs."""
    mine = find_subscription(session, endpoint, app=app, owner_id=int(actor.id or 0))
    if mine is not None:
        session.execute(delete(PushSubscription).where(PushSubscription.id == mine.id))
        audit.record(session, "push_subscriptions:revoke", ("push_subscription", mine.id), actor=actor, at=at)


def unsubscribe_all(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """No device of this member is pushed to any more, until its app is opened and signed in again."""
    gone = session.scalars(
        delete(PushSubscription).where(PushSubscription.member_id == member_id).returning(PushSubscription.id)
    ).all()
    for subscription_id in gone:
        audit.record(session, "push_subscriptions:revoke", ("push_subscription", subscription_id), actor=actor, at=at)


def forget_messages(session: Session, member_id: int, traces: Traces) -> None:
    """The inbox, the devices and what was on its way to them are gone; messages to others name this member no more."""
    theirs = select(Message.id).where(Message.member_id == member_id)
    devices = select(PushSubscription.id).where(PushSubscription.member_id == member_id)
    session.execute(delete(Delivery).where(or_(Delivery.message_id.in_(theirs), Delivery.subscription_id.in_(devices))))
    session.execute(delete(Message).where(Message.member_id == member_id))
    session.execute(delete(PushSubscription).where(PushSubscription.member_id == member_id))
    wipe(session, Message, ("title", "body", "push_title", "push_body"), traces)
    wipe(session, Delivery, ("payload", "error"), traces)


def send_test(
    session: Session, endpoint: str, text: Text, *, app: str, language: str, actor: Actor, at: datetime
) -> None:
    """A test notification to one's own device. Raises NotFound when this device is not subscribed."""
    mine = find_subscription(session, endpoint, app=app, owner_id=int(actor.id or 0))
    if mine is None:
        raise NotFound("subscription_not_found", N_("这台设备还没有打开通知"))
    told = _payload(text, f"/{app}/", tag="test", language=language, badge=None)
    _queue(session, [mine.id], told, message_id=None, urgency="high", at=at, kept=TEST_KEPT)
    audit.record(session, "push_subscriptions:test", ("push_subscription", mine.id), actor=actor, at=at)


def tell_staff(
    session: Session, staff_id: int, text: Text, *, path: str, tag: str, language: str, at: datetime
) -> None:
    """A notification to every device of a member of staff that receives any; `path` is where a tap leads."""
    devices = session.scalars(select(PushSubscription.id).where(PushSubscription.staff_id == staff_id)).all()
    if devices:
        told = _payload(text, path, tag=tag, language=language, badge=None)
        _queue(session, devices, told, message_id=None, urgency="normal", at=at, kept=KEPT)


def _insert_subscription(session: Session) -> Any:
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(PushSubscription)


def _owner_column(app: str) -> Any:
    return PushSubscription.member_id if app == "member" else PushSubscription.staff_id


def _require_room(session: Session, app: str, owner_id: int) -> None:
    owned = select(func.count()).select_from(PushSubscription).where(_owner_column(app) == owner_id)
    if (session.scalar(owned) or 0) >= rules.MOST_SUBSCRIPTIONS:
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
    subscription_ids: Iterable[int],
    told: dict[str, Any],
    *,
    message_id: int | None,
    urgency: str,
    at: datetime,
    kept: timedelta,
) -> None:
    session.add_all(
        Delivery(
            message_id=message_id,
            subscription_id=subscription_id,
            payload=told,
            urgency=urgency,
            topic=rules.topic(told["notification"]["tag"]),
            state="waiting",
            available_at=at,
            expires_at=at + kept,
        )
        for subscription_id in subscription_ids
    )
    jobs.enqueue(session, deliver)
