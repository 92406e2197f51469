"""A receipt: an order, what was taken off its list price step by step, what was in the wallet afterwards, what went back since. Fen."""

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout import permissions
from services.coupons.models import Coupon, CouponTemplate
from services.loyalty.models import Tier
from services.orders.queries import OrderView, RefundView, list_refunds
from services.shared.actors import Actor
from services.wallet.models import WalletEntry

# The order in which prices are made (checkout/rules/pricing/explain.py).
_STEPS = (
    "member_price", "manual_price", "trial_price", "tier", "free_item", "percentage", "threshold_off", "cash",
    "manual_discount", "points", "rounding",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One reduction over all lines (negative); `label` is the coupon's or the tier's name, empty for the shop's own."""

    kind: str
    label: str
    amount: int


@dataclass(frozen=True)
class Receipt:
    """Everything that stands on a receipt. `wallet_after` is None where nothing was paid from a wallet of the member's own."""

    order: OrderView
    steps: tuple[Step, ...]
    wallet_after: int | None
    refunds: tuple[RefundView, ...]


def may_pass_on(actor: Actor, store_id: int) -> bool:
    """Whether this actor may read a receipt's code and link: who sells hands them out, who claims or reassigns orders needs them."""
    handing = (permissions.ORDERS_CREATE, permissions.ORDERS_CLAIM, permissions.ORDERS_REASSIGN)
    return any(actor.may(each, store_id) for each in handing)


def as_told(order: OrderView, actor: Actor) -> OrderView:
    """The order with its receipt's code and link only for who may pass them on: they bring points and an invoice to whoever has them."""
    return order if may_pass_on(actor, order.store_id) else replace(order, receipt_code="")


def load_receipt(session: Session, order: OrderView) -> Receipt:
    """The receipt of an order; whether the caller may see the order was asked before."""
    return Receipt(
        order,
        tuple(list_steps(session, order)),
        _wallet_after(session, order),
        tuple(list_refunds(session, order.id)) if order.refunded else (),
    )


def list_steps(session: Session, order: OrderView) -> list[Step]:
    """What was taken off an order's list price, each reduction once, in the order in which prices are made."""
    sums: dict[tuple[str, int | None], int] = defaultdict(int)
    for line in order.lines:
        for share in line.shares:
            sums[share.kind, share.coupon_id] += share.amount
    coupons = _coupon_names(session, [coupon for _kind, coupon in sums if coupon is not None])
    tier = session.scalar(select(Tier.name).where(Tier.id == order.tier_id)) if ("tier", None) in sums else None

    def label(kind: str, coupon_id: int | None) -> str:
        if coupon_id is not None:
            return coupons.get(coupon_id, "")
        return tier or "" if kind == "tier" else ""

    found = sorted(sums, key=lambda key: (_STEPS.index(key[0]) if key[0] in _STEPS else len(_STEPS), key[1] or 0))
    return [Step(kind, label(kind, coupon_id), sums[kind, coupon_id]) for kind, coupon_id in found]


def _coupon_names(session: Session, coupon_ids: list[int]) -> dict[int, str]:
    if not coupon_ids:
        return {}
    query = select(Coupon.id, CouponTemplate.name).join(CouponTemplate, CouponTemplate.id == Coupon.template_id)
    return dict(session.execute(query.where(Coupon.id.in_(coupon_ids))).all())


def _wallet_after(session: Session, order: OrderView) -> int | None:
    if order.payer_id or not any(tender.kind == "wallet" for tender in order.tenders):
        return None
    after = select(WalletEntry.principal_after + WalletEntry.bonus_after)
    return session.scalar(after.where(WalletEntry.order_id == order.id, WalletEntry.kind == "spend"))
