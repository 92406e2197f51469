"""Using a coupon up without a cart: free items and trial prices only, and with the member's agreement (domain.md, *Coupons*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.queries.agreements import UNSOLD
from services.checkout.queries.coupons import list_redeemable
from services.coupons import commands as coupons
from services.coupons import permissions
from services.coupons.errors import CouponUnusable, NeedsCart
from services.coupons.events import CouponRedeemedAlone
from services.coupons.queries import HeldCoupon, find_redemption, get_coupon
from services.coupons.rules import ON_A_PIECE, Occasion, hindrance
from services.loyalty.models import MemberTier
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_
from services.signin import commands as signin
from services.signin.queries import Proof
from services.stores.queries import load_settings

CHANNEL = "counter"


@dataclass(frozen=True)
class Redemption:
    """A coupon that was used by itself: `saved` is fen, `until` when it can be undone."""

    id: int
    coupon_id: int
    store_id: int
    saved: int
    at: datetime
    until: datetime


def redeem_coupon(
    session: Session,
    coupon_id: int,
    *,
    store_id: int,
    product_id: int | None = None,
    proof: Proof | None = None,
    actor: Actor,
    at: datetime,
) -> Redemption:
    """Use a coupon up at a store, for one piece of a product (which one may be left out where only one is meant).

    Raises NeedsCart for every coupon that takes something off a cart, CouponUnusable, ProofRequired (403), Invalid beside `product`.
    """
    actor.require(permissions.COUPONS_REDEEM, store_id)
    held = get_coupon(session, coupon_id)
    if held.terms.kind not in ON_A_PIECE or held.terms.threshold:
        raise NeedsCart
    state = held.standing(at)
    if state not in {"usable", "not_started"}:
        raise CouponUnusable(held.id, state)
    settings = load_settings(session)
    _require_occasion(session, held, store_id, at.astimezone(ZoneInfo(settings.zone)))
    saved = max(0, _price(session, held, store_id, product_id) - held.terms.value)
    if held.member_id is not None:
        signin.use_proof(
            session, proof, held.member_id, saved, store_id=store_id, confirm_above=settings["wallet.confirm_above"],
            unsold=UNSOLD, actor=actor, at=at,
        )  # fmt: skip
    coupons.redeem(session, held.id, member_id=held.member_id, saved=saved, store_id=store_id, actor=actor, at=at)
    changes = {"name": held.name, "member": held.member_id}
    audit.record(
        session, "coupons:redeem", ("coupon", held.id), actor=actor, at=at, store_id=store_id, member_id=held.member_id,
        changes=changes,
    )  # fmt: skip
    redemption_id = find_redemption(session, held.id) or 0
    if held.member_id is not None:
        announce(session, CouponRedeemedAlone(held.id, held.member_id, store_id, saved, redemption_id), at=at)
    until = at + timedelta(minutes=held.undo_minutes)
    return Redemption(redemption_id, held.id, store_id, saved, at, until)


def _require_occasion(session: Session, held: HeldCoupon, store_id: int, local: datetime) -> None:
    """Raise a refusal that says why the coupon does not hold here and now."""
    stands = session.get(MemberTier, held.member_id) if held.member_id is not None else None
    occasion = Occasion(store_id, CHANNEL, stands.tier_id if stands else None, local)
    reason = hindrance(held.terms, held.starts_at, held.expires_at, occasion)
    if reason is not None:
        raise Refusal(f"coupon_{reason.code}", reason.text)


def _price(session: Session, held: HeldCoupon, store_id: int, product_id: int | None) -> int:
    """The list price of the piece that the coupon is used for."""
    meant = {product.id: product.price for product in list_redeemable(session, held.terms, store_id)}
    if product_id is None and len(meant) == 1:
        return next(iter(meant.values()))
    if product_id not in meant:
        raise Invalid({"product": [N_("请选兑换的是哪一样") if meant else N_("这家店现在没有可以兑换的商品")]})
    return meant[product_id]
