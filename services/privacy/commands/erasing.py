"""Erasing a member (注销): the person goes, the books stay (domain.md, *Members and families*; PIPL §47)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from services.approvals.commands import forget_words_of_approvals
from services.audit import commands as audit
from services.checkout.commands.erasing import forget_parked_carts
from services.checkout.models import ParkedCart
from services.coupons.commands.erasing import give_up_coupons
from services.coupons.models import Coupon, CouponBatch, CouponBatchRow, CouponEvent
from services.dataio.commands import forget_imported
from services.dealing.commands import forget_own_card, forget_words_of_reviews
from services.family.commands import forget_family
from services.family.models import Child
from services.fields.commands import forget_values
from services.forms.commands import forget_submissions
from services.household.commands import forget_household
from services.interactions.commands import forget_interactions
from services.loyalty.commands.erasing import give_up_points
from services.loyalty.queries import POINTS
from services.members.commands.erasing import get_traces, make_nobody
from services.members.models import Member
from services.members.queries import list_own_ids
from services.messaging.commands import forget_messages
from services.orders.commands.erasing import forget_words_of_orders, list_addresses, select_orders_of
from services.privacy import erased
from services.privacy.commands.proposals import forget_proposal
from services.privacy.errors import WalletNotEmpty
from services.privacy.permissions import MEMBERS_ERASE
from services.segments.commands import forget_tags
from services.shared import events, idempotency, ledger, money, vault
from services.shared.actors import SYSTEM, Actor
from services.shared.database import after_commit
from services.shared.refusals import Forbidden, NotFound
from services.signin.commands.erasing import close_every_way_in
from services.tills.commands import forget_reasons
from services.wallet.commands.erasing import give_up_wallet
from services.wallet.queries import WALLET, get_balance

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Erasure:
    """What ended with a member who was erased: principal and bonus (fen), points, coupons."""

    member_id: int
    principal: int = 0
    bonus: int = 0
    points: int = 0
    coupons: int = 0


def erase_member(
    session: Session, member_id: int, *, give_up: bool = False, reason: str = "", actor: Actor, at: datetime
) -> Erasure | None:
    """Erase a member for good: by themselves, or by staff who may, for a `reason`. None where that was done before.

    Everything by which the person is known goes, in whatever row it stands; what is under the member's key (the audit log) can be read
    no more. Orders, ledgers and the chain stay. `give_up`: the member lets what they paid in go; otherwise raises WalletNotEmpty.
    Raises NotFound, Forbidden.
    """
    own = actor.kind == "member" and actor.id == member_id
    if actor.kind == "member" and not own:
        raise Forbidden
    if not own:
        actor.require(MEMBERS_ERASE)
    member = hold_member(session, member_id)
    if vault.destroyed_at(session, member_id) is not None:
        return None
    principal = get_balance(session, member_id).principal
    if principal and not give_up:
        raise WalletNotEmpty(principal=money.text(principal))
    actor = replace(actor, origin="") if own else actor
    for alias in list_own_ids(session, member_id):
        if alias != member_id and vault.destroyed_at(session, alias) is None:
            _erase(session, hold_member(session, alias), reason, actor, at)
    return _erase(session, member, reason, actor, at)


def reapply(session: Session, known: Mapping[int, erased.Line], *, at: datetime) -> list[int]:
    """Erase again who was erased after the copy was taken that these books come from; who that was."""
    again = []
    for member_id in erased.list_forgotten(session, known):
        if erase_member(session, member_id, give_up=True, reason="restore", actor=SYSTEM, at=at):
            again.append(member_id)
    return again


def hold_member(session: Session, member_id: int) -> Member:
    """The member, kept from everything that a sale, a top-up or another erasure does meanwhile. Raises NotFound.

    Locked as a sale locks them: points, wallet, and last the row that its order points at; before that only against who changes it.
    """
    row = select(Member).where(Member.id == member_id)
    if not 0 < member_id <= HIGHEST_ID or session.scalar(row.with_for_update(key_share=True)) is None:
        raise NotFound("member_not_found")
    for book in (POINTS, WALLET):
        ledger.hold(session, book, member_id)
    return session.scalars(row.with_for_update()).one()


def _erase(session: Session, member: Member, reason: str, actor: Actor, at: datetime) -> Erasure:
    member_id, phone, traces = member.id, member.phone, get_traces(session, member, list_addresses(session, member.id))
    points = give_up_points(session, member_id, actor=actor, at=at)
    principal, bonus = give_up_wallet(session, member_id, actor=actor, at=at)
    coupons = give_up_coupons(session, member_id, traces, actor=actor, at=at)
    done = Erasure(member_id, principal, bonus, points, coupons)
    close_every_way_in(session, member_id, phone, at=at)
    forget_messages(session, member_id, traces)
    things = _things(member_id)
    audit.forget_person(session, member_id, traces, things=things)
    forget_parked_carts(session, member_id, traces)
    forget_words_of_orders(session, member_id, traces, at=at)
    forget_reasons(session, traces)
    forget_own_card(session, member_id)
    forget_imported(session, member_id)
    forget_values(session, "member", [member_id])
    forget_values(session, "order", select_orders_of(member_id))
    forget_values(session, "child", select(Child.id).where(Child.member_id == member_id))
    forget_family(session, member_id)
    forget_household(session, member_id)
    forget_interactions(session, member_id)
    forget_tags(session, member_id)
    forget_submissions(session, member_id, traces, at=at)
    forget_words_of_reviews(session, traces)
    forget_words_of_approvals(session, member_id, traces)
    events.forget_person(session, member_id, traces)
    idempotency.forget_person(session, f"member:{member_id}", traces)
    make_nobody(session, member_id, traces, at=at)
    forget_proposal(session, member_id, traces)
    vault.destroy(session, member_id, at=at)
    told = {"principal": -principal, "bonus": -bonus, "points": -points, "coupons": -coupons}
    changes: dict[str, Any] = {name: value for name, value in told.items() if value}
    if reason:
        changes["reason"] = traces.wiped(reason)
    audit.record(session, "members:erase", ("erased_member", member_id), actor=actor, at=at, changes=changes)
    session.expire_all()
    after_commit(session, erased.keep_list)
    return done


def _things(member_id: int) -> dict[str, Select[int]]:
    """What is the member's, by the kind of subject that the audit log knows it by."""
    told = select(CouponEvent.coupon_id).where(CouponEvent.member_id == member_id)
    listed = select(CouponBatchRow.batch_id).where(CouponBatchRow.member_id == member_id)
    alone = select(CouponBatch.template_id).where(CouponBatch.id.in_(listed), CouponBatch.total == 1)
    return {
        "order": select_orders_of(member_id),
        "coupon": select(Coupon.id).where(or_(Coupon.member_id == member_id, Coupon.id.in_(told))),
        "coupon_template": alone,
        "parked_cart": select(ParkedCart.id).where(ParkedCart.member_id == member_id),
    }
