"""What checkout does about cards that were merged: carts that wait go along, and what an old order moves goes on to who holds it now."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout.models import ParkedCart
from services.loyalty.commands.merging import hand_on_growth, hand_on_points
from services.loyalty.queries import GROWTH, POINTS
from services.loyalty.queries.points import list_lots_of_order
from services.members.queries import keeper_of
from services.shared import ledger
from services.shared.actors import Actor
from services.wallet.commands.merging import hand_on_wallet
from services.wallet.queries import WALLET


def hand_on_carts(session: Session, from_id: int, to_id: int, only: Collection[int] | None = None) -> list[int]:
    """Carts that wait for one card wait for the other; their ids."""
    query = select(ParkedCart).where(ParkedCart.member_id == from_id, ParkedCart.taken_at.is_(None))
    if only is not None:
        query = query.where(ParkedCart.id.in_(only))
    carts = session.scalars(query.order_by(ParkedCart.id)).all()
    for parked in carts:
        parked.member_id = to_id
    session.flush()
    return [parked.id for parked in carts]


def hold_accounts(session: Session, member_ids: Iterable[int]) -> None:
    """Lock the accounts of these members, and of those as whom they live on, before anything of two members is moved: points, then
    wallets, the lower id first, as everybody does."""
    held = {each for member_id in member_ids for each in (member_id, keeper_of(session, member_id))}
    for book in (POINTS, WALLET):
        for each in sorted(held):
            ledger.hold(session, book, each)


def carry_on(
    session: Session, member_id: int, others: Iterable[int] = (), *, order_id: int, actor: Actor, at: datetime
) -> int:
    """What an old order has put into a merged card, or taken from it, goes on to the card that lives on; whose the order is then. `others`
    shared their accounts with who bought."""
    for each in sorted({member_id, *others}):
        keeper = keeper_of(session, each)
        if keeper != each:
            first = list_lots_of_order(session, order_id)
            hand_on_points(session, each, keeper, first=first, actor=actor, at=at)
            hand_on_wallet(session, each, keeper, actor=actor, at=at)
    carry_growth(session, member_id, actor=actor, at=at)
    return keeper_of(session, member_id)


def carry_growth(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """The same for growth alone."""
    keeper = keeper_of(session, member_id)
    if keeper != member_id:
        for each in sorted((member_id, keeper)):
            ledger.hold(session, GROWTH, each)
        hand_on_growth(session, member_id, keeper, actor=actor, at=at)
