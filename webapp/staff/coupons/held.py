"""One coupon: whose it is, what it does, its story. A scanned CK:C: code opens it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.checkout.queries import list_redeemable
from services.coupons import permissions, queries
from services.coupons.errors import CouponNotFound
from services.coupons.rules import ON_A_PIECE
from services.identity import queries as identity
from services.members import queries as members
from services.shared import clock, limits
from services.shared.refusals import NotFound
from services.signin import queries as signin
from services.signin.queries import ProofView
from services.stores.queries import get_store
from webapp.staff import blueprint
from webapp.web import coupon_words, edge, guards, people, shop
from webapp.web.forms import Form

MOST_SHOWN = 20
WRONG_CODES = limits.Rule("coupon_code:actor", most=30, seconds=3600)


@blueprint.get("/coupons/scan")
@guards.staff(permissions.COUPONS_READ)
def scan_coupon() -> ResponseReturnValue:
    """Where a scanner goes with `?code=CK:C:…`, or somebody who types the code. A wrong one is counted."""
    code, actor, at = request.args.get("code", "")[:60], edge.actor(), clock.now()
    if not code:
        return render_template("staff/coupons/scan.html", form=Form())
    edge.require_room(WRONG_CODES, actor.scope, at=at)
    found = queries.find_by_code(edge.read(), code)
    if found is None:
        edge.spend(WRONG_CODES, actor.scope, at=at)
        form = Form({"code": code})
        form.put_right(CouponNotFound())
        return render_template("staff/coupons/scan.html", form=form), 404
    return redirect(url_for("staff.coupon", coupon_id=found.id, proof=request.args.get("proof")), 303)


@blueprint.get("/coupons/held/<int:coupon_id>")
@guards.staff(permissions.COUPONS_READ)
def coupon(coupon_id: int) -> str:
    """One coupon. `?proof=` names the member's agreement, when the counter has it already."""
    return page(coupon_id, Form())


def of_member(member_id: int) -> dict[str, Any]:
    """What `staff/members/_coupons.html` shows on a member's page; `?coupons=used` is another tab."""
    session, at, asked = edge.read(), clock.now(), request.args.get("coupons")
    state: Any = asked if asked in {"usable", "used", "over"} else "usable"
    may_issue = people.actor().may(permissions.COUPONS_ISSUE)
    return {
        "coupons": {
            "state": state,
            "counts": queries.count_held(session, member_id, at=at),
            "held": queries.list_held(session, member_id, state, at=at, limit=MOST_SHOWN),
            "may_issue": may_issue,
            "at": at,
        },
        "open_templates": queries.list_templates(session, state="open", limit=200) if may_issue else [],
    }


def page(coupon_id: int, form: Form) -> str:
    """The coupon's page, with what was refused."""
    session, at, store = edge.read(), clock.now(), shop.current_store()
    held = queries.get_coupon(session, coupon_id)
    alone = held.terms.kind in ON_A_PIECE and not held.terms.threshold
    events = queries.list_events(session, held.id)
    staff = {event.actor_id for event in events if event.actor_kind == "staff" and event.actor_id}
    until = held.undo_until()
    return render_template(
        "staff/coupons/held.html",
        held=held,
        form=form,
        state=held.standing(at),
        alone=alone,
        owner=members.get_member(session, held.member_id) if held.member_id else None,
        names=coupon_words.names_of([held.terms]),
        products=list_redeemable(session, held.terms, store.id) if alone else [],
        proof=_proof(held.member_id),
        proof_id=request.args.get("proof", ""),
        store=store,
        used_at=_store_name(held.store_id),
        undo_until=until if until and until > at and held.store_id == store.id else None,
        events=events,
        who=identity.names_of_staff(session, staff),
    )


def _proof(member_id: int | None) -> ProofView | None:
    """The confirmation that was asked for, when the address names one of this member."""
    kind, _, number = request.args.get("proof", "").partition("_")
    if kind != "p" or not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    try:
        found = signin.get_asked_proof(edge.read(), int(number), actor=people.actor(), at=clock.now())
    except NotFound:
        return None
    return found if found.member_id == member_id else None


def _store_name(store_id: int | None) -> str:
    if store_id is None:
        return ""
    try:
        return get_store(edge.read(), store_id, actor=people.actor()).name
    except NotFound:
        return ""
