"""/members/{id}/coupons, /coupons/{code} with redemptions and revocations, /me/coupons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.checkout import commands as checkout
from services.coupons import commands, permissions, queries
from services.coupons.errors import CouponNotFound
from services.coupons.queries import HeldCoupon
from services.coupons.queries.held import State
from services.coupons.schemas import CouponClaimIn, CouponOut, IssueIn, RedemptionOut, RevocationIn
from services.members.queries import get_member
from services.shared import clock, limits
from services.shared.actors import Actor
from services.shared.fields import Identifier
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.signin.schemas import ProofId
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_coupons", __name__, description="优惠券 Coupons")
WRONG_CODES = limits.Rule("coupon_code:actor", most=30, seconds=3600)
STATES: tuple[State, ...] = ("usable", "used", "over")


class RedemptionIn(Schema):
    """A coupon used up at a store: for which product (where several are meant), and the proof that the member agrees."""

    store = Identifier(required=True, attribute="store_id")
    product = Identifier(load_default=None, allow_none=True, attribute="product_id")
    proof = ProofId(load_default=None, allow_none=True)


class UndoneOut(Schema):
    """What an undone redemption leaves: the coupon, usable again."""

    coupon = fields.Nested(CouponOut)


@blueprint.get("/members/<int:member_id>/coupons")
@blueprint.listing(CouponOut, "state")
@guards.api(permissions.COUPONS_READ)
def list_coupons(member_id: int) -> Response:
    """A member's coupons, the newest first; `?state=` usable, used or over."""
    return _list(get_member(edge.read(), member_id).id)


@blueprint.post("/members/<int:member_id>/coupons")
@blueprint.response(201, CouponOut)
@blueprint.takes(IssueIn)
@guards.api(permissions.COUPONS_REDEEM)
def issue_coupon(member_id: int) -> Response:
    """Give one: of a `template` by hand (needs coupons:issue), or by a `public_code` that the member says. 409 `coupons_none_left`."""
    data, at, actor = shape.body(IssueIn), clock.now(), edge.actor()
    by_code = _by_code(data, commands.CODES_BY_ACTOR, actor, at)

    def effect(session: Session) -> Response:
        member = get_member(session, member_id)
        if by_code:
            made = commands.claim_by_code(session, data["public_code"], member.id, actor=actor, at=at)
        else:
            made = commands.issue_coupon(
                session, data["template_id"], member.id, source="manual", note_words=data["reason"], actor=actor, at=at
            )
        return _one(session, made.id, at, 201)

    return edge.write(effect)


@blueprint.get("/coupons/<code>")
@blueprint.response(200, CouponOut)
@guards.api(permissions.COUPONS_READ)
def get_coupon(code: str) -> Response:
    """The coupon with this code, as it is printed or scanned. Wrong codes are counted (429)."""
    at = clock.now()
    found = _found(code, at)  # gives the reading back to count a wrong one: so it comes first
    return _one(edge.read(), found.id, at)


@blueprint.post("/coupons/<code>/redemptions")
@blueprint.response(201, RedemptionOut)
@blueprint.takes(RedemptionIn)
@guards.api(permissions.COUPONS_REDEEM)
def redeem_coupon(code: str) -> Response:
    """Use a free-item or trial coupon up without a cart; 409 `needs_cart` for others, `coupon_unusable`; 403 `member_proof_required`."""
    data, at, actor = shape.body(RedemptionIn), clock.now(), edge.actor()
    coupon_id = edge.before(lambda: _found(code, at).id)

    def effect(session: Session) -> Response:
        done = checkout.redeem_coupon(session, coupon_id(), **data, actor=actor, at=at)
        return shape.one(RedemptionOut, done, 201)

    return edge.write(effect)


@blueprint.delete("/coupons/<code>/redemptions/<int:redemption_id>")
@blueprint.response(200, UndoneOut)
@guards.api(permissions.COUPONS_UNDO)
def undo_redemption(code: str, redemption_id: int) -> Response:
    """Take a redemption back, in time; 409 `coupon_undo_too_late`. An order's coupon comes back by refunding it."""
    at, actor = clock.now(), edge.actor()
    coupon_id = edge.before(lambda: _found(code, at).id)

    def effect(session: Session) -> Response:
        if queries.find_redemption(session, coupon_id()) != redemption_id:
            raise NotFound("redemption_not_found")
        commands.undo_redemption(session, coupon_id(), actor=actor, at=at)
        session.expire_all()
        return shape.one(UndoneOut, {"coupon": _told(session, queries.get_coupon(session, coupon_id()), at)})

    return edge.write(effect)


@blueprint.post("/coupons/<code>/revocations")
@blueprint.response(201, CouponOut)
@blueprint.takes(RevocationIn)
@guards.api(permissions.COUPONS_REVOKE)
def revoke_coupon(code: str) -> Response:
    """Withdraw a coupon that was not used, with a reason."""
    data, at, actor = shape.body(RevocationIn), clock.now(), edge.actor()
    coupon_id = edge.before(lambda: _found(code, at).id)

    def effect(session: Session) -> Response:
        commands.revoke_coupon(session, coupon_id(), data["reason"], actor=actor, at=at)
        return _one(session, coupon_id(), at, 201)

    return edge.write(effect)


@blueprint.get("/me/coupons")
@blueprint.listing(CouponOut, "state")
@guards.api_member
def list_my_coupons() -> Response:
    """My coupons with their codes, the newest first; `?state=` usable, used or over."""
    return _list(people.member().id)


@blueprint.post("/me/coupons")
@blueprint.response(201, CouponOut)
@blueprint.takes(CouponClaimIn)
@guards.api_member
def claim_coupon() -> Response:
    """Take one: a `template` of the claim page, or by a `public_code`. 409 `coupons_none_left`; too many tries are a 429."""
    data, at, member = shape.body(CouponClaimIn), clock.now(), people.member()
    by_code = _by_code(data, commands.CODES_BY_MEMBER, edge.actor(), at)
    if not by_code and edge.answered() is None:
        edge.spend(commands.CLAIMS_BY_MEMBER, edge.actor().scope, at=at)

    def effect(session: Session) -> Response:
        if by_code:
            made = commands.claim_by_code(session, data["public_code"], member.id, actor=edge.actor(), at=at)
        else:
            made = commands.claim_coupon(session, data["template_id"], member.id, actor=edge.actor(), at=at)
        return _one(session, made.id, at, 201)

    return edge.write(effect)


def _by_code(data: dict[str, Any], rule: limits.Rule, actor: Actor, at: datetime) -> bool:
    """Whether a public code is named; its tries are counted. Raises Invalid when neither is, or both."""
    if bool(data["public_code"]) == (data["template_id"] is not None):
        raise Invalid({"template": [N_("请填券的编号或者口令，二选一")]})
    if data["public_code"]:
        edge.spend(rule, actor.scope, at=at)
    return bool(data["public_code"])


def _found(code: str, at: datetime) -> HeldCoupon:
    """The coupon with this code. Raises CouponNotFound, counted; TooMany after too many of these."""
    actor = edge.actor()
    edge.require_room(WRONG_CODES, actor.scope, at=at)
    found = queries.find_by_code(edge.read(), code)
    if found is None:
        edge.spend(WRONG_CODES, actor.scope, at=at)
        raise CouponNotFound
    return found


def _list(member_id: int) -> Response:
    at, session, word = clock.now(), edge.read(), request.args.get("state")
    asked = next((state for state in STATES if state == word), None)
    if word is not None and asked is None:
        raise Invalid({"state": [N_("请从列表里选")]})

    def fetch(after: int | None, limit: int) -> Sequence[HeldCoupon]:
        if asked is None:
            return queries.list_all(session, member_id, after=after, limit=limit)
        return queries.list_held(session, member_id, asked, at=at, after=after, limit=limit)

    return shape.page(CouponOut, lambda after, limit: [_Told(session, each, at) for each in fetch(after, limit)])


def _one(session: Session, coupon_id: int, at: datetime, status: int = 200) -> Response:
    session.flush()
    return shape.one(CouponOut, _told(session, queries.get_coupon(session, coupon_id), at), status)


class _Told:
    """A coupon with what it is now, and its code."""

    def __init__(self, session: Session, held: HeldCoupon, at: datetime) -> None:
        self._held, self.state = held, held.standing(at)
        self.code = queries.get_code(session, held.id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._held, name)


def _told(session: Session, held: HeldCoupon, at: datetime) -> _Told:
    return _Told(session, held, at)
