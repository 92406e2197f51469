"""/members/{id}/wallet: balance, statement, top-ups, payouts with their refund sheet, corrections; /me/wallet."""

from flask import Response, request
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.models import Approval
from services.approvals.rules import PAYOUT, WALLET
from services.approvals.schemas import ApprovalOut
from services.checkout.commands.top_ups import top_up
from services.checkout.queries.payouts import get_refund_sheet
from services.members.queries import get_member
from services.shared import clock
from services.shared.fields import Moment, Money
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.queries import find_cool_down
from services.wallet import permissions, queries
from services.wallet.schemas import (
    BalanceOut,
    PayoutIn,
    PayoutOut,
    SheetOut,
    TopUpIn,
    TopUpOut,
    WalletAdjustmentIn,
    WalletEntryOut,
)
from webapp.api import shape
from webapp.api.approvals import sent
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_wallet", __name__, description="储值 Stored value")


class CoolingWalletOut(BalanceOut):
    """What a wallet holds; until `cools_until` the member's own word reaches only so far (a new phone, or another number)."""

    cools_until = Moment(allow_none=True)


@blueprint.get("/members/<int:member_id>/wallet")
@blueprint.response(200, CoolingWalletOut)
@guards.api(permissions.WALLET_READ)
def get_wallet(member_id: int) -> Response:
    """What a member has stored: principal and bonus."""
    return _wallet(get_member(edge.read(), member_id).id)


@blueprint.get("/me/wallet")
@blueprint.response(200, CoolingWalletOut)
@guards.api_member
def get_my_wallet() -> Response:
    """What I have stored: principal and bonus."""
    return _wallet(people.member().id)


@blueprint.get("/members/<int:member_id>/wallet/entries")
@blueprint.listing(WalletEntryOut, principal=Money(), bonus=Money(), total=Money())
@guards.api(permissions.WALLET_READ)
def list_wallet_entries(member_id: int) -> Response:
    """The statement: every change with what led to it, newest first."""
    return _statement(get_member(edge.read(), member_id).id)


@blueprint.get("/me/wallet/entries")
@blueprint.listing(WalletEntryOut, principal=Money(), bonus=Money(), total=Money())
@guards.api_member
def list_my_wallet_entries() -> Response:
    """My statement: every change with what led to it, newest first."""
    return _statement(people.member().id)


@blueprint.post("/members/<int:member_id>/wallet/top-ups")
@blueprint.response(201, TopUpOut)
@blueprint.takes(TopUpIn)
@guards.api(permissions.WALLET_TOP_UP)
def create_top_up(member_id: int) -> Response:
    """Pay in: a `plan`, or an `amount`, and the tenders that add up to it. 422 `wallet_over_cap` above the legal cap."""
    data, at, actor = shape.body(TopUpIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        made = top_up(session, member_id, data, actor=actor, at=at)
        return shape.one(TopUpOut, queries.get_top_up(session, made.id, actor=actor), 201)

    return edge.write(effect)


@blueprint.get("/members/<int:member_id>/wallet/payouts/preview")
@blueprint.response(200, SheetOut)
@blueprint.asks("lots")
@guards.api(permissions.WALLET_PAY_OUT)
def preview_payout(member_id: int) -> Response:
    """The refund sheet, step by step: policy, legal floor, what is paid. `?lots=3,4` names top-ups, else all that hold something."""
    member = get_member(edge.read(), member_id)
    return shape.one(SheetOut, get_refund_sheet(edge.read(), member.id, _lots(), at=clock.now()))


@blueprint.post("/members/<int:member_id>/wallet/payouts")
@blueprint.response(201, PayoutOut)
@blueprint.alt_response(202, schema=ApprovalOut)
@blueprint.takes(PayoutIn)
@guards.api(permissions.WALLET_PAY_OUT)
def create_payout(member_id: int) -> Response:
    """Pay principal back. 422 `below_legal_floor`; 409 `sheet_changed` when the wallet has moved since the preview.
    202: the shop wants a second person for so much (/approvals)."""
    data, at, actor = shape.body(PayoutIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        made = do_or_ask(session, PAYOUT, member_id, data, store_id=data["store_id"], actor=actor, at=at)
        if isinstance(made, Approval):
            return sent(session, made, actor, at)
        return shape.one(PayoutOut, queries.get_payout(session, made.id, actor=actor), 201)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/wallet/adjustments")
@blueprint.response(201, BalanceOut)
@blueprint.alt_response(202, schema=ApprovalOut)
@blueprint.takes(WalletAdjustmentIn)
@guards.api(permissions.WALLET_ADJUST)
def adjust_wallet(member_id: int) -> Response:
    """Correct a wallet by hand: `{"principal": "-20.00", "bonus": "0.00", "reason": "…"}`. 202: a second person is needed (/approvals)."""
    data, at, actor = shape.body(WalletAdjustmentIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        member = get_member(session, member_id)
        made = do_or_ask(session, WALLET, member.id, data, store_id=people.store_id(), actor=actor, at=at)
        if isinstance(made, Approval):
            return sent(session, made, actor, at)
        return shape.one(BalanceOut, queries.get_balance(session, member.id), 201)

    return edge.write(effect)


def _statement(member_id: int) -> Response:
    return shape.page(
        WalletEntryOut,
        lambda after, limit: queries.list_entries(edge.read(), member_id, after=after, limit=limit),
        **BalanceOut().dump(queries.get_balance(edge.read(), member_id)),
    )


def _lots() -> list[int]:
    """The lots behind `?lots=`. Raises Invalid."""
    named = [part for part in request.args.get("lots", "").split(",") if part]
    if len(named) > 500 or any(not (part.isascii() and part.isdigit() and len(part) <= 18) for part in named):
        raise Invalid({"lots": [N_("没有找到")]})
    return [int(part) for part in named]


def _wallet(member_id: int) -> Response:
    balance, cooling = (
        queries.get_balance(edge.read(), member_id),
        find_cool_down(edge.read(), member_id, at=clock.now()),
    )
    stored = {"principal": balance.principal, "bonus": balance.bonus, "total": balance.total}
    return shape.one(CoolingWalletOut, stored | {"cools_until": cooling.ends_at if cooling else None})
