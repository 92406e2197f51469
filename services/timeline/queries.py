"""A page of a member's timeline: one query for each source that the reader may see, however much there is."""

from collections.abc import Callable, Collection, Mapping
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponEvent, CouponTemplate
from services.coupons.permissions import COUPONS_READ
from services.identity.models import Staff
from services.interactions.models import Interaction
from services.interactions.permissions import INTERACTIONS_READ
from services.loyalty.models.points import PointsEntry
from services.loyalty.permissions import POINTS_READ
from services.members.models import Consent, Member
from services.members.permissions import MEMBERS_READ
from services.members.queries import list_own_ids
from services.messaging.models import Message
from services.messaging.permissions import MESSAGES_READ
from services.orders.models import Order, Refund
from services.orders.permissions import ORDERS_READ
from services.shared.actors import Actor
from services.timeline.rules import SOURCES, Happening, Place
from services.wallet.models import WalletEntry
from services.wallet.permissions import WALLET_READ

SEEN_BY: Mapping[str, str] = {
    "interactions": INTERACTIONS_READ, "orders": ORDERS_READ, "refunds": ORDERS_READ, "wallet": WALLET_READ, "points": POINTS_READ,
    "coupons": COUPONS_READ, "messages": MESSAGES_READ, "consents": MEMBERS_READ,
    "withdrawals": MEMBERS_READ, "joined": MEMBERS_READ,
}  # fmt: skip
# What an order or its refund tells already is not told twice; what went from one's merged card to the other cancels out.
WALLET_ALONE = ("top_up", "payout", "adjust", "opening", "opening_undone")
POINTS_ALONE = ("adjust", "expire", "top_up", "form", "opening", "opening_undone")
UNTOLD = (
    "proof:",
    "family:",
)  # keys of messages: codes are the member's alone, and from the day of a question a due date could be told
COUPONS_TOLD = ("issue", "redeem", "undo", "transfer", "revoke", "expire", "give_back")


def list_happenings(
    session: Session,
    member_id: int,
    *,
    actor: Actor,
    sources: Collection[str] = SOURCES,
    before: Place | None = None,
    limit: int = 30,
) -> list[Happening]:
    """What happened before that place, the latest first; of orders and refunds those of the stores where the actor works."""
    wanted = [name for name in SOURCES if name in sources and actor.may(SEEN_BY[name])]
    whose = list_own_ids(session, member_id)
    found = [_read(session, name, _SELECTS[name](whose, actor), before, limit) for name in wanted]
    return list(islice(merge(*found, key=lambda each: each.place.key), limit))


def _read(session: Session, name: str, told: "Told", before: Place | None, limit: int) -> list[Happening]:
    at, key, query = told
    if before is not None:
        query = query.where(_earlier(at, key, SOURCES.index(name), before))
    rows = session.execute(query.order_by(at.desc(), key.desc()).limit(limit))
    return [Happening(source=name, **{**row._mapping, "words": row.words or ""}) for row in rows]


def _earlier(at: Any, key: Any, rank: int, before: Place) -> ColumnElement[bool]:
    if rank > before.rank:
        return at <= before.at  # type: ignore[no-any-return]
    if rank < before.rank:
        return at < before.at  # type: ignore[no-any-return]
    return or_(at < before.at, and_(at == before.at, key < before.id))


Told = tuple[Any, Any, Select[Any]]


def _select(model: Any, at: Any, kind: Any, words: Any, **more: Any) -> Told:
    named = {name: more.get(name, null()) for name in ("store_id", "order_id", "money", "points")}
    columns = [column.label(name) for name, column in named.items()]
    query = select(model.id.label("id"), kind.label("kind"), at.label("at"), words.label("words"), *columns)
    return at, model.id, query


def _interactions(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(
        Interaction, Interaction.at, Interaction.kind, Interaction.words, store_id=Interaction.store_id
    )
    name = select(Staff.name).where(Staff.id == Interaction.staff_id).scalar_subquery()
    query = query.add_columns(func.coalesce(name, "").label("done_by"), Interaction.staff_id.label("done_by_id"))
    return at, key, query.where(Interaction.member_id.in_(whose))


def _orders(whose: list[int], actor: Actor) -> Told:
    at, key, query = _select(
        Order, Order.completed_at, literal("order"), Order.number, store_id=Order.store_id, order_id=Order.id,
        money=Order.paid, points=Order.points_earned,
    )  # fmt: skip
    return at, key, _reached(query.where(Order.member_id.in_(whose)), actor)


def _refunds(whose: list[int], actor: Actor) -> Told:
    at, key, query = _select(
        Refund, Refund.at, literal("refund"), Refund.reason, store_id=Order.store_id, order_id=Refund.order_id,
        money=-Refund.amount,
    )  # fmt: skip
    query = query.join(Order, Order.id == Refund.order_id)
    return at, key, _reached(query.where(Order.member_id.in_(whose)), actor)


def _wallet(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(
        WalletEntry, WalletEntry.at, WalletEntry.kind, WalletEntry.note, store_id=WalletEntry.store_id,
        money=WalletEntry.principal + WalletEntry.bonus,
    )  # fmt: skip
    return at, key, query.where(WalletEntry.member_id.in_(whose), WalletEntry.kind.in_(WALLET_ALONE))


def _points(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(PointsEntry, PointsEntry.at, PointsEntry.kind, PointsEntry.note, points=PointsEntry.amount)
    return at, key, query.where(PointsEntry.member_id.in_(whose), PointsEntry.kind.in_(POINTS_ALONE))


def _coupons(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(
        CouponEvent, CouponEvent.at, CouponEvent.kind, CouponTemplate.name, store_id=CouponEvent.store_id,
        order_id=CouponEvent.order_id,
    )  # fmt: skip
    query = query.join(Coupon, Coupon.id == CouponEvent.coupon_id)
    query = query.join(CouponTemplate, CouponTemplate.id == Coupon.template_id)
    return at, key, query.where(CouponEvent.member_id.in_(whose), CouponEvent.kind.in_(COUPONS_TOLD))


def _messages(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(Message, Message.created_at, Message.category, Message.title)
    tellable = [~Message.key.startswith(prefix) for prefix in UNTOLD]
    return at, key, query.add_columns(Message.read_at).where(Message.member_id.in_(whose), *tellable)


def _consents(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(Consent, Consent.given_at, literal("given"), Consent.kind)
    return at, key, query.where(Consent.member_id.in_(whose))


def _withdrawals(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(Consent, Consent.withdrawn_at, literal("withdrawn"), Consent.kind)
    return at, key, query.where(Consent.member_id.in_(whose), Consent.withdrawn_at.is_not(None))


def _joined(whose: list[int], _actor: Actor) -> Told:
    at, key, query = _select(Member, Member.joined_at, literal("joined"), Member.source, store_id=Member.store_id)
    return at, key, query.where(Member.id.in_(whose))


def _reached(query: Select[Any], actor: Actor) -> Select[Any]:
    return query if actor.stores is None else query.where(Order.store_id.in_(actor.stores))


_SELECTS: Mapping[str, Callable[[list[int], Actor], Told]] = {
    "interactions": _interactions, "orders": _orders, "refunds": _refunds, "wallet": _wallet, "points": _points, "coupons": _coupons,
    "messages": _messages, "consents": _consents, "withdrawals": _withdrawals, "joined": _joined,
}  # fmt: skip
