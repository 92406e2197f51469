"""优惠券: what I hold, how it is used, taking more (领券中心, 口令), and giving one to a friend by a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout import commands as gifts
from services.checkout.queries import ScopeNames
from services.coupons import commands, queries
from services.coupons.errors import CouponNotFound, TransferGone
from services.coupons.queries import HeldCoupon
from services.coupons.queries.held import State
from services.coupons.schemas import CouponClaimIn
from services.shared import clock
from webapp.member import blueprint
from webapp.web import addresses, coupon_words, edge, forms, guards, links, people, toasts
from webapp.web.forms import Form

PAGE = 20


@dataclass(frozen=True)
class Mine:
    """One tab of somebody's coupons, as `member/coupons/_mine.html` draws it; `following` is the next page's address."""

    state: State
    held: list[HeldCoupon]
    counts: dict[State, int]
    names: ScopeNames
    at: datetime
    following: str


def mine(session: Session, member_id: int, at: datetime) -> Mine:
    """The coupons of a member in the tab that the address asks for (`?coupons=used`), the usable ones by default."""
    asked: Any = request.args.get("coupons")
    state: State = asked if asked in get_args(State) else "usable"
    after = addresses.whole("after")
    found = queries.list_held(session, member_id, state, at=at, after=after, limit=PAGE + 1)
    following = url_for("member.coupons", coupons=state, after=found[PAGE - 1].id) if len(found) > PAGE else ""
    held = found[:PAGE]
    if state == "usable" and after is None and not following:
        held.sort(key=lambda each: (each.expires_at is None, each.expires_at or at, each.id))
    names = coupon_words.names_of(each.terms for each in held)
    return Mine(state, held, queries.count_held(session, member_id, at=at), names, at, following)


@blueprint.get("/coupons")
@guards.member
def coupons() -> str:
    """My coupons: usable, used, over."""
    return render_template("member/coupons/list.html", mine=mine(edge.read(), people.member().id, clock.now()))


@blueprint.get("/coupons/<int:coupon_id>")
@guards.member
def coupon(coupon_id: int) -> str:
    """One of my coupons with its code. Somebody else's does not exist."""
    return _coupon_page(coupon_id)


@blueprint.get("/coupons/centre")
@guards.member
def coupon_centre() -> str:
    """领券中心: what can be taken now, and a field for a public code."""
    return _centre(Form({"public_code": request.args.get("public_code", "")[:20]}))


@blueprint.get("/coupons/claim/<int:template_id>")
@guards.member
def claim_page(template_id: int) -> str:
    """What a claim link leads to after signing in."""
    return _claim_page(template_id, Form())


@blueprint.post("/coupons/claim/<int:template_id>")
@guards.member
def claim_coupon(template_id: int) -> ResponseReturnValue:
    """Take one."""
    at, member, said = clock.now(), people.member(), _taken_words()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        taken = commands.claim_coupon(session, template_id, member.id, actor=edge.actor(), at=at)
        return _taken(taken.id, said)

    return forms.submit(forms.Nothing, perform, lambda form: _claim_page(template_id, form), first=_count_claim)


@blueprint.post("/coupons/codes")
@guards.member
def enter_public_code() -> ResponseReturnValue:
    """Take one by a word (口令). Tries are counted before the word is looked up."""
    at, member, said = clock.now(), people.member(), _taken_words()

    def count(_data: dict[str, Any]) -> None:
        edge.spend(commands.CODES_BY_MEMBER, edge.actor().scope, at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        taken = commands.claim_by_code(session, data["public_code"], member.id, actor=edge.actor(), at=at)
        return _taken(taken.id, said)

    return forms.submit(CouponClaimIn, perform, _centre, first=count)


@blueprint.post("/coupons/<int:coupon_id>/transfer")
@guards.member
def offer_coupon(coupon_id: int) -> ResponseReturnValue:
    """Make the link for a friend."""
    at, member = clock.now(), people.member()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        gifts.offer_gift(session, coupon_id, member.id, actor=edge.actor(), at=at)
        toasts.say(_("链接做好了，发给朋友吧"))
        return redirect(url_for("member.coupon", coupon_id=coupon_id, _anchor="transfer"), 303)

    return forms.submit(forms.Nothing, perform, lambda form: _coupon_page(coupon_id, form))


@blueprint.post("/coupons/<int:coupon_id>/transfer/cancel")
@guards.member
def keep_coupon(coupon_id: int) -> ResponseReturnValue:
    """Take the link back."""
    at, member = clock.now(), people.member()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.cancel_transfer(session, coupon_id, member.id, actor=edge.actor(), at=at)
        toasts.say(_("收回了，券还是您的"))
        return redirect(url_for("member.coupon", coupon_id=coupon_id), 303)

    return forms.submit(forms.Nothing, perform, lambda form: _coupon_page(coupon_id, form))


@blueprint.get("/coupons/gift/<code>")
@guards.member
def gift_page(code: str) -> str:
    """What a friend's link leads to; who is not signed in signs in first. Raises TransferGone."""
    return _gift_page(code, Form())


@blueprint.post("/coupons/gift/<code>")
@guards.member
def take_gift(code: str) -> ResponseReturnValue:
    """Take it: the first who does has it."""
    at, member, said = clock.now(), people.member(), _taken_words()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        return _taken(gifts.take_gift(session, code, member.id, actor=edge.actor(), at=at), said)

    return forms.submit(forms.Nothing, perform, lambda form: _gift_page(code, form), first=_count_claim)


def _count_claim(_data: dict[str, Any]) -> None:
    edge.spend(commands.CLAIMS_BY_MEMBER, edge.actor().scope, at=clock.now())


def _taken_words() -> str:
    """Put into words before the write: finding the reader's language may ask the database, and many take at the same moment."""
    return str(_("领到了，已经放进您的券里"))


def _taken(coupon_id: int, said: str) -> ResponseReturnValue:
    toasts.say(said)
    return redirect(url_for("member.coupon", coupon_id=coupon_id), 303)


def _coupon_page(coupon_id: int, form: Form | None = None) -> str:
    session, at = edge.read(), clock.now()
    held = queries.get_coupon(session, coupon_id)
    if held.member_id != people.member().id:
        raise CouponNotFound
    offer = queries.find_offer(session, held.id, at=at)
    return render_template(
        "member/coupons/coupon.html",
        held=held,
        form=form or Form(),
        state=held.standing(at),
        names=coupon_words.names_of([held.terms]),
        code=queries.get_code(session, held.id),
        offer=offer[0] if offer else None,
        gift_address=links.absolute(url_for("member.gift_page", code=offer[1])) if offer else "",
    )


def _centre(form: Form) -> str:
    session = edge.read()
    templates = queries.list_claimable(session)
    terms = {each.id: queries.terms_of(each) for each in templates}
    return render_template(
        "member/coupons/centre.html",
        form=form,
        templates=templates,
        terms=terms,
        names=coupon_words.names_of(terms.values()),
        taken=queries.list_taken(session, people.member().id, list(terms)),
    )


def _claim_page(template_id: int, form: Form) -> str:
    session = edge.read()
    template = queries.get_claimable(session, template_id)
    terms = queries.terms_of(template)
    taken = queries.list_taken(session, people.member().id, [template.id])
    return render_template(
        "member/coupons/claim.html",
        form=form,
        template=template,
        terms=terms,
        names=coupon_words.names_of([terms]),
        taken=taken.get(template.id, 0),
    )


def _gift_page(code: str, form: Form) -> str:
    session, at = edge.read(), clock.now()
    offer = queries.find_transfer(session, code, at=at)
    if offer is None and form.refusal is None:
        raise TransferGone
    held = queries.get_coupon(session, offer.coupon_id) if offer else None
    names = coupon_words.names_of([held.terms]) if held else None
    own = offer is not None and offer.from_member_id == people.member().id
    return render_template("member/coupons/gift.html", form=form, held=held, names=names, code=code, own=own)
