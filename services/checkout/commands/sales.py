"""Writing a sale: everything that may refuse it was checked before (queries.get_sale…), so that the lock is held briefly.

Accounts are locked in one order everywhere (points, wallet, the store's counter of the day, coupons by id), so that two sales never wait
for each other in a circle. From the counter on the whole store waits: what can be done before it is done before it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.queries import UNSOLD, Sale, require_known
from services.checkout.rules.tenders import WALLET
from services.coupons import commands as coupons
from services.household import commands as household
from services.loyalty import commands as loyalty
from services.loyalty.commands import Earning
from services.loyalty.queries import rate_of
from services.members.queries import hold_living
from services.orders import commands as orders
from services.orders.commands import OrderDraft
from services.orders.events import OrderCompleted
from services.orders.queries import OrderView, TenderView
from services.shared.actors import Actor
from services.shared.events import announce
from services.signin import commands as signin
from services.signin.errors import ProofRequired
from services.stores.queries import keep_settings
from services.tills.queries import find_shift_for
from services.wallet import commands as wallet
from services.wallet.commands import Spending
from services.wallet.queries.entries import get_spent_since


@dataclass(frozen=True)
class _Spent:
    """What has left the member's accounts and what came in, its entries still to be written."""

    points: Earning | None = None
    wallet: Spending | None = None
    earned: Earning | None = None

    @property
    def bonus(self) -> int:
        """How much of the wallet's part was given on top once."""
        return self.wallet.bonus if self.wallet else 0


def complete_order(
    session: Session,
    sale: Sale,
    *,
    origin: str,
    external_key: str | None = None,
    completed_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> OrderView:
    """Write a checked sale: order, points, wallet, coupons, audit line, event, in the transaction of `session`.

    `origin` is `counter`, `api`, `replay`…; `external_key` names the sale in a foreign system, once (AlreadyBooked otherwise);
    `completed_at` is the sale's own time where it is not now. What was priced moments ago is written as it was priced: a price
    that changes in between counts from the next sale on; a coupon, a balance or a proof that is gone by now is a refusal.
    """
    actor.require(permissions.ORDERS_CREATE, sale.cart.store_id)
    moment = completed_at or at
    needs_till = bool(sale.counter.settings["orders.needs_till"])
    shift_id = find_shift_for(session, sale.cart.store_id, actor=actor, required=needs_till)
    _prove(session, sale, actor=actor, at=at)
    return write_sale(
        session,
        sale,
        origin=origin,
        external_key=external_key,
        completed_at=moment,
        shift_id=shift_id,
        actor=actor,
        at=at,
    )


def write_sale(
    session: Session,
    sale: Sale,
    *,
    origin: str,
    external_key: str | None,
    completed_at: datetime,
    shift_id: int | None,
    flags: tuple[str, ...] = (),
    actor: Actor,
    at: datetime,
) -> OrderView:
    """Write a sale that nothing refuses any more, into the shift that it belongs to; `flags` are for a manager to look at."""
    keep_settings(session, sale.counter.settings)
    spent = _spend(session, sale, at)
    draft = replace(_draft(sale, spent, origin, external_key, completed_at), shift_id=shift_id, flags=flags)
    order = orders.record_order(session, draft, actor=actor, at=at)
    _enter(session, sale, spent, order.id, actor=actor, at=completed_at)
    announce(session, _completed(order, spent.wallet, at), at=at)
    return order


def spends(sale: Sale) -> int:
    """The fen of the member's that a sale spends: from the wallet, in points, by coupons."""
    return (
        sum(-step.amount for step in sale.price.steps if step.coupon_id is not None)
        + _by_points(sale)
        + _from_wallet(sale)
    )


def _by_points(sale: Sale) -> int:
    return sum(-step.amount for step in sale.price.steps if step.kind == "points")


def _from_wallet(sale: Sale) -> int:
    return sum(tender.amount for tender in sale.settlement.tenders if tender.kind == WALLET)


def _from_household(sale: Sale) -> int:
    """The fen of it that are somebody else's: the holder's of the member's household."""
    buyer = sale.buyer
    return (_from_wallet(sale) if buyer.payer_id else 0) + (_by_points(sale) if buyer.earner_id else 0)


def _prove(session: Session, sale: Sale, *, actor: Actor, at: datetime) -> None:
    """Where something of the member's is spent, the member has agreed to it. Only a proof that cannot be used is asked whose it is.

    What is spent of the household's is the member's to agree to up to the limit that holds for everybody; above it also the holder's.
    """
    amount, theirs = spends(sale), _from_household(sale)
    if not amount or sale.cart.member_id is None:
        require_known(session, sale.cart, sale.proof)
        return
    confirm_above = sale.counter.settings["wallet.confirm_above"]
    large = theirs > confirm_above
    try:
        signin.use_proof(
            session,
            sale.proof,
            sale.cart.member_id,
            amount,
            store_id=sale.cart.store_id,
            confirm_above=confirm_above + (theirs if large else 0),
            stored=0 if sale.buyer.payer_id else _from_wallet(sale),
            cool_above=sale.counter.settings["wallet.cool_above"],
            spent_since=partial(get_spent_since, session, sale.cart.member_id),
            unsold=UNSOLD,
            actor=actor,
            at=at,
        )
    except ProofRequired:
        require_known(session, sale.cart, sale.proof)
        raise
    if large:
        _prove_by_holder(session, sale, theirs, actor=actor, at=at)


def _prove_by_holder(session: Session, sale: Sale, amount: int, *, actor: Actor, at: datetime) -> None:
    """Use the holder's own agreement up: given in the app, or answered for by a manager. Raises ProofRequired."""
    assert sale.buyer.shared is not None
    proof = sale.holder_proof
    if proof is None or proof.kind == "scan":
        raise ProofRequired("holder")
    signin.use_proof(
        session, proof, sale.buyer.shared.share.holder_id, amount, store_id=sale.cart.store_id,
        confirm_above=sale.counter.settings["wallet.confirm_above"], unsold=UNSOLD, actor=actor, at=at,
    )  # fmt: skip


def _spend(session: Session, sale: Sale, at: datetime) -> _Spent:
    """Move the member's balances, or those of their household; what it earns is known once the wallet has said which part of it was
    bonus."""
    wallet_id, points_id = sale.accounts
    if wallet_id is None or points_id is None:
        return _Spent()
    head = sale.buyer.points
    if sale.price.points and sale.buyer.expired:  # the job has not run yet: what is past its end goes first
        loyalty.expire_points(session, points_id, at=at)
        head = None
    points = None
    if sale.price.points:
        points = loyalty.open_spending(session, points_id, sale.price.points, head=head, at=at)
    amount = _from_wallet(sale)
    stored = wallet.open_spending(session, wallet_id, amount, sale.counter.settings["wallet.order"]) if amount else None
    _require_shared(session, sale, at)
    earns = sale.earns(stored.bonus if stored else 0)
    waits = sale.counter.settings["points.pending_days"] > 0
    earned = loyalty.open_earning(session, points_id, earns, head=points.head if points else head, pending=waits)
    _require_living(session, sale, earned)
    return _Spent(points, stored, earned)


def _require_shared(session: Session, sale: Sale, at: datetime) -> None:
    """What leaves the household's accounts, which are locked by now, is shared still, and within the limits. Raises ShareEnded,
    OverHouseholdLimit."""
    shared = sale.buyer.shared
    if shared is not None and _from_household(sale):
        stored = _from_wallet(sale) if shared.payer_id else 0
        points = sale.price.points if shared.earner_id else 0
        household.require_shared(session, shared.share, stored=stored, points=points, at=at)


def _require_living(session: Session, sale: Sale, earned: Earning) -> None:
    """Refuse a member who was erased, or taken back with an import, after the sale was checked. Raises MemberErased.

    Either moves the points on where there were any, so that a sale which moved them, and found them where it had seen them, need not ask.
    """
    seen = sale.buyer.points.sequence if sale.buyer.points else 0
    mine = (1 if sale.price.points else 0) + 1
    if not seen or not earned.moved.amounts[0] or earned.moved.sequence != seen + mine:
        hold_living(session, earned.member_id)
    if sale.buyer.earner_id and sale.cart.member_id:
        hold_living(session, sale.cart.member_id)


def _enter(session: Session, sale: Sale, spent: _Spent, order_id: int, *, actor: Actor, at: datetime) -> None:
    """Write the entries of what moved, and use the coupons up."""
    store_id, buyer = sale.cart.store_id, sale.buyer
    points_by = sale.cart.member_id if buyer.earner_id else None
    if spent.points is not None:
        loyalty.spend(session, spent.points, order_id=order_id, by_member_id=points_by, actor=actor, at=at)
    if spent.earned is not None:
        loyalty.earn(session, spent.earned, order_id=order_id, by_member_id=points_by, actor=actor, at=at)
    if spent.wallet is not None:
        paid_by = sale.cart.member_id if buyer.payer_id else None
        wallet.spend(
            session, spent.wallet, store_id=store_id, order_id=order_id, by_member_id=paid_by, actor=actor, at=at
        )
    for step in sorted((step for step in sale.price.steps if step.coupon_id), key=lambda step: step.coupon_id or 0):
        assert step.coupon_id is not None
        coupons.redeem(
            session, step.coupon_id, member_id=sale.cart.member_id, saved=-step.amount, store_id=store_id,
            order_id=order_id, actor=actor, at=at,
        )  # fmt: skip


def _draft(sale: Sale, spent: _Spent, origin: str, external_key: str | None, moment: datetime) -> OrderDraft:
    store, settings = sale.counter.store, sale.counter.settings
    first = spent.points or spent.earned
    rate = rate_of(settings)
    return OrderDraft(
        store_id=store.id,
        store_code=store.code,
        store_name=store.name,
        zone=settings.zone,
        member_id=sale.cart.member_id,
        member_name=sale.buyer.name,
        scan_id=sale.proof.id if sale.proof and sale.proof.kind == "scan" else None,
        origin=origin,
        external_key=external_key,
        note=sale.note,
        list_total=sale.price.list_total,
        due=sale.price.due,
        change=sale.settlement.change,
        points_earned=spent.earned.points if spent.earned else 0,
        points_spent=sale.price.points,
        points_before=first.before if first else None,
        points_after=spent.earned.after if spent.earned else None,
        earn_rate={"step": rate.step, "per_step": rate.per_step, "way": rate.way} if spent.earned else None,
        tier_id=sale.buyer.customer.tier_id,
        completed_at=moment,
        lines=sale.lines,
        tenders=tuple(_tender(tender, spent.bonus) for tender in sale.settlement.tenders),
        manual_reason=sale.cart.manual_reason if sale.cart.is_by_hand else "",
        payer_id=sale.buyer.payer_id if spent.wallet else None,
        earner_id=sale.buyer.earner_id,
    )


def _tender(tender: TenderView, bonus: int) -> TenderView:
    return TenderView(tender.kind, tender.amount, tender.received, bonus) if tender.kind == WALLET else tender


def _completed(order: OrderView, stored: Spending | None, at: datetime) -> OrderCompleted:
    return OrderCompleted(
        order_id=order.id,
        number=order.number,
        store_id=order.store_id,
        member_id=order.member_id,
        paid=order.paid,
        points_earned=order.points_earned,
        points_after=order.points_after,
        completed_at=order.completed_at.isoformat(),
        booked_at=at.isoformat(),
        wallet_spent=-sum(stored.moved.amounts) if stored else 0,
        wallet_after=sum(stored.moved.after) if stored else 0,
        payer_id=order.payer_id,
        earner_id=order.earner_id,
        points_spent=order.points_spent,
    )
