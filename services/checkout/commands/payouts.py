"""储值退款: principal goes back to a member, by the refund sheet, never below the legal floor (facts.md §3.2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.queries.drawers import find_drawer
from services.checkout.queries.payouts import RefundSheet, get_refund_sheet
from services.checkout.rules.tenders import CASH
from services.members.queries import get_member
from services.shared import ledger
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.queries.freezes import require_unfrozen
from services.stores.queries import get_named_store
from services.wallet import commands as wallet
from services.wallet import permissions
from services.wallet.errors import SheetChanged
from services.wallet.events import PaidOut
from services.wallet.models import Payout
from services.wallet.queries import WALLET
from services.wallet.rules import Part
from services.wallet.schemas import SheetOut


def pay_out(
    session: Session,
    member_id: int,
    data: Mapping[str, Any],
    *,
    shift_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Payout:
    """Pay principal back: of `lots` (all if empty), `amount` (the sheet's if None), by `tender` (the original if None), for a `reason`.

    The chosen lots end with it, their bonus too. Raises FrozenSpending (403), NothingToPayOut, SheetChanged (409), Invalid for an
    amount below the floor or above the principal, and for a tender that was not paid with, or with less than that,
    TillClosed for cash where the shop wants an open till.
    """
    actor.require(permissions.WALLET_PAY_OUT, data["store_id"])
    get_named_store(session, data["store_id"], actor=actor)
    member = get_member(session, member_id)
    require_unfrozen(session, member.id)
    ledger.hold(session, WALLET, member.id)
    sheet = get_refund_sheet(session, member.id, data.get("lots", ()), at=at)
    if data.get("sheet") not in (None, sheet.mark):
        raise SheetChanged
    amount = _amount(sheet, data.get("amount"))
    tender = _tender(sheet, amount, data.get("tender"))
    shift_id = shift_id or find_drawer(session, data["store_id"], needed=tender == CASH, actor=actor)
    payout = Payout(
        member_id=member.id, store_id=data["store_id"], staff_id=actor.id if actor.kind == "staff" else None,
        amount=amount, policy=sheet.policy, floor=sheet.floor, bonus_lost=sheet.bonus_lost, tender=tender,
        reason=data["reason"], sheet=SheetOut().dump(sheet), shift_id=shift_id, at=at,
    )  # fmt: skip
    session.add(payout)
    session.flush()
    parts = [Part(each.lot_id, each.policy, each.bonus_left) for each in sheet.lots]
    wallet.take(
        session, member.id, parts, kind="payout", key=f"payout:{payout.id}", store_id=payout.store_id, note=payout.reason,
        actor=actor, at=at,
    )  # fmt: skip
    changes = {"paid_back": amount, "floor": sheet.floor, "bonus_lost": sheet.bonus_lost, "reason": payout.reason}
    audit.record(
        session, "wallet:pay_out", ("member", member.id), actor=actor, at=at, store_id=payout.store_id, changes=changes
    )
    announce(session, PaidOut(payout.id, member.id, payout.store_id, amount), at=at)
    return payout


def _amount(sheet: RefundSheet, asked: int | None) -> int:
    """What is paid: between the legal floor and what the sheet says."""
    amount = sheet.amount if asked is None else asked
    if amount < sheet.floor:
        raise Invalid({"amount": [N_("不能少于法定最低退款")]}, "below_legal_floor")
    if amount > sheet.amount:
        raise Invalid({"amount": [N_("不能多于剩下的本金")]}, "above_principal")
    return amount


def _tender(sheet: RefundSheet, amount: int, asked: str | None) -> str:
    """The way that was paid with, if it was for so much; cash where it is asked for, and anything where nothing was paid in."""
    if asked == CASH or not sheet.tenders:
        return asked or CASH
    if asked not in (None, *sheet.tenders):
        raise Invalid({"tender": [N_("请退回原来的付款方式，或者退现金")]})
    chosen = asked or next(iter(sheet.ways(amount)), None)
    if chosen is None or amount > sheet.most_by(chosen):
        raise Invalid(
            {"tender": [N_("当时用这种方式付的没有这么多：请一笔一笔充值分开退，或者退现金")]}, "paid_otherwise"
        )
    return chosen
