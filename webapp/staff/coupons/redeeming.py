"""Using one coupon up at the counter, with the member's agreement; undoing that; withdrawing a coupon."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, validate
from sqlalchemy.orm import Session

from services.checkout.commands import redeem_coupon
from services.checkout.queries import get_most_saved
from services.coupons import commands, permissions, queries
from services.coupons.schemas import RevocationIn
from services.shared import clock, limits, money
from services.shared.actors import Actor
from services.shared.fields import Identifier, Text
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.signin import commands as signin
from services.signin import permissions as agreeing
from services.signin.errors import CodeUnknown
from services.signin.queries import Proof
from services.signin.schemas import ProofId
from webapp.staff import blueprint
from webapp.staff.coupons.held import page
from webapp.web import edge, forms, guards, shop, step_up, toasts
from webapp.web.forms import Form

ASKED = limits.Rule("proofs:member", most=10, seconds=600)  # the same count as the API's


class RedeemForm(Schema):
    """What the member agreed with: a member code that was scanned, a confirmation, or a manager's reason."""

    product = Identifier(load_default=None, allow_none=True, attribute="product_id")
    code = Text(load_default="", validate=validate.Length(max=40))
    proof = ProofId(load_default=None, allow_none=True)
    reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))


class OtherMember(Refusal):
    """The code that was scanned is somebody else's."""

    code = "other_member"
    text = N_("这是另一位会员的码，券不是这位的")


@blueprint.post("/coupons/held/<int:coupon_id>/redeem")
@guards.staff(permissions.COUPONS_REDEEM)
def redeem_held(coupon_id: int) -> ResponseReturnValue:
    """Use it up. A member code in the form is read in the same transaction: refused, it is not used up."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()
    values = {name: value for name, value in forms.typed().items() if not isinstance(value, str) or value.strip()}
    if (
        values.get("reason")
        and actor.may(agreeing.PROOFS_OVERRIDE, store.id)
        and step_up.is_needed_here(agreeing.PROOFS_OVERRIDE)
    ):
        return step_up.ask()
    code, most = str(values.get("code", "")).replace(" ", ""), _most(coupon_id, store.id)
    if code:
        edge.done_reading()
        signin.require_room_for_guess(code, actor=actor, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        proof = _proof(session, coupon_id, data, most, store_id=store.id, actor=actor)
        done = redeem_coupon(
            session, coupon_id, store_id=store.id, product_id=data["product_id"], proof=proof, actor=actor, at=at
        )
        undo = (
            url_for("staff.undo_coupon", coupon_id=coupon_id) if actor.may(permissions.COUPONS_UNDO, store.id) else ""
        )
        toasts.say(_("已核销 · 省 ¥%(saved)s", saved=money.text(done.saved)), undo=undo)
        return redirect(url_for("staff.coupon", coupon_id=coupon_id), 303)

    def again(form: Form) -> str:
        if form.code == CodeUnknown.code:
            edge.done_reading()
            signin.note_wrong_code(code, actor=actor, at=at)
        return page(coupon_id, form)

    return forms.submit(RedeemForm, perform, again, values=values)


@blueprint.post("/coupons/held/<int:coupon_id>/ask")
@guards.staff(agreeing.PROOFS_CREATE)
def ask_for_coupon(coupon_id: int) -> ResponseReturnValue:
    """Ask the member to agree in the app; the page waits for the answer."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()
    held, most = queries.get_coupon(edge.read(), coupon_id), _most(coupon_id, store.id)
    if edge.answered() is None:  # a repeated request asks nobody again
        edge.spend(ASKED, f"member:{held.member_id}", at=at)

    def effect(session: Session) -> ResponseReturnValue:
        proof = signin.ask_for_confirmation(
            session, held.member_id or 0, most, held.name, store_id=store.id, actor=actor, at=at
        )
        return redirect(url_for("staff.coupon", coupon_id=coupon_id, proof=f"p_{proof.id}"), 303)

    return edge.write(effect)


@blueprint.post("/coupons/held/<int:coupon_id>/undo")
@guards.staff(permissions.COUPONS_UNDO)
def undo_coupon(coupon_id: int) -> ResponseReturnValue:
    """Take the redemption back, in time and at the same store."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.undo_redemption(session, coupon_id, store_id=store.id, actor=actor, at=at)
        toasts.say(_("撤销了，这张券又能用了"))
        return redirect(url_for("staff.coupon", coupon_id=coupon_id), 303)

    return forms.submit(forms.Nothing, perform, lambda form: page(coupon_id, form))


@blueprint.post("/coupons/held/<int:coupon_id>/revoke")
@guards.staff(permissions.COUPONS_REVOKE)
def revoke_coupon(coupon_id: int) -> ResponseReturnValue:
    """Withdraw a coupon that was not used, with a reason."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.revoke_coupon(session, coupon_id, data["reason"], actor=actor, at=at)
        toasts.say(_("这张券作废了"))
        return redirect(url_for("staff.coupon", coupon_id=coupon_id), 303)

    return forms.submit(RevocationIn, perform, lambda form: page(coupon_id, form))


def _most(coupon_id: int, store_id: int) -> int:
    """What the member is asked to agree to: the most that the coupon can be worth here."""
    held = queries.get_coupon(edge.read(), coupon_id)
    return get_most_saved(edge.read(), held.terms, store_id)


def _proof(
    session: Session, coupon_id: int, data: Mapping[str, Any], most: int, *, store_id: int, actor: Actor
) -> Proof | None:
    """The agreement that the form carries, read or written now."""
    at, held = clock.now(), queries.get_coupon(session, coupon_id)
    if held.member_id is None or data["proof"] is not None:
        return data["proof"]  # type: ignore[no-any-return]
    if data["code"]:
        scan = signin.scan_member_code(session, data["code"].replace(" ", ""), store_id=store_id, actor=actor, at=at)
        if scan.member_id != held.member_id:
            raise OtherMember
        return Proof("scan", scan.id)
    if data["reason"]:
        answered = signin.override_proof(
            session, held.member_id, most, data["reason"], store_id=store_id, actor=actor, at=at
        )
        return Proof("proof", answered.id)
    return None
