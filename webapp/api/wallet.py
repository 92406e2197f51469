"""/members/{id}/wallet: balance, statement, top-ups, payouts with their refund sheet, corrections; /me/wallet."""

from flask import Response, request
from sqlalchemy.orm import Session

from services.checkout.commands.payouts import pay_out
from services.checkout.commands.top_ups import top_up
from services.checkout.queries.payouts import get_refund_sheet
from services.members.queries import get_member
from services.shared import clock
from services.shared.fields import Money
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.wallet import commands, permissions, queries
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
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_wallet", __name__, description="储值 Stored value")


@blueprint.get("/members/<int:member_id>/wallet")
@blueprint.response(200, BalanceOut)
@guards.api(permissions.WALLET_READ)
def get_wallet(member_id: int) -> Response:
    """What a member has stored: principal and bonus."""
    member = get_member(edge.read(), member_id)
    return shape.one(BalanceOut, queries.get_balance(edge.read(), member.id))


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
@blueprint.takes(PayoutIn)
@guards.api(permissions.WALLET_PAY_OUT)
def create_payout(member_id: int) -> Response:
    """Pay principal back. 422 `below_legal_floor`; 409 `sheet_changed` when the wallet has moved since the preview."""
    data, at, actor = shape.body(PayoutIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        made = pay_out(session, member_id, data, actor=actor, at=at)
        return shape.one(PayoutOut, queries.get_payout(session, made.id, actor=actor), 201)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/wallet/adjustments")
@blueprint.response(201, BalanceOut)
@blueprint.takes(WalletAdjustmentIn)
@guards.api(permissions.WALLET_ADJUST)
def adjust_wallet(member_id: int) -> Response:
    """Correct a wallet by hand: `{"principal": "-20.00", "bonus": "0.00", "reason": "…"}`."""
    data, at, actor = shape.body(WalletAdjustmentIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        member = get_member(session, member_id)
        commands.adjust_wallet(session, member.id, data, actor=actor, at=at)
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
