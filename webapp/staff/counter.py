"""收银: the screen a cashier with a queue uses all day. The cart lives on the device (ck-cart); prices and sales are the API's."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import queries as catalog
from services.catalog.permissions import PRODUCTS_SELL_OUT
from services.checkout import permissions
from services.checkout import queries as checkout
from services.coupons.permissions import COUPONS_READ
from services.fields.queries import Filled
from services.loyalty.permissions import POINTS_READ
from services.members import commands as member_commands
from services.members import queries as members
from services.members.permissions import MEMBERS_CREATE, MEMBERS_READ
from services.members.queries import MemberCard
from services.members.schemas import MemberIn
from services.shared import clock
from services.signin.permissions import PROOFS_OVERRIDE
from services.tills.permissions import TILLS_OPEN, TILLS_READ
from services.tills.queries import has_open_shift
from services.wallet.permissions import WALLET_READ, WALLET_TOP_UP
from webapp.staff import asked, blueprint, reasons
from webapp.web import addresses, edge, forms, guards, own_fields, shop, toasts
from webapp.web.forms import Form

FOUND, RECENT, KEPT = 12, 8, 200
SEEN = {"card": MEMBERS_READ, "wallet": WALLET_READ, "points": POINTS_READ, "coupons": COUPONS_READ}


@blueprint.get("/")
@guards.staff()
def counter() -> ResponseReturnValue:
    """Products, cart and scanner on one page; `?member=` attaches a member without spending rights."""
    actor = edge.actor()
    if not actor.may(permissions.ORDERS_CREATE):
        return redirect(url_for("staff.more"))
    session, store, settings = edge.read(), shop.current_store(), shop.settings()
    member_id, shelves = addresses.whole("member"), catalog.list_categories(session)
    return render_template(
        "staff/counter/index.html",
        store=store,
        categories=shelves,
        products=catalog.list_for_store(session, store.id, shelves=shelves),
        large_tender=settings["orders.large_tender"],
        tells_member=settings["messages.sale"],
        least_points=settings["points.least"],
        may_sell_out=actor.may(PRODUCTS_SELL_OUT),
        may_see_tills=actor.may(TILLS_READ, store.id),
        may_open_till=actor.may(TILLS_OPEN, store.id),
        lacks_till=settings["orders.needs_till"] and not has_open_shift(session, store.id),
        may_discount=actor.may(permissions.DISCOUNTS_CREATE, store.id),
        may_override=actor.may(PROOFS_OVERRIDE, store.id),
        **(_strip(member_id) if member_id else {}),
        **_people(""),
    )


@blueprint.get("/counter/members")
@guards.staff(permissions.ORDERS_CREATE)
def find_at_counter() -> str:
    """Members for what was typed, who was here last for nothing; and one step to open a card. Needs members:read beside."""
    edge.actor().require(MEMBERS_READ)
    return render_template("staff/counter/found.html", **_people(asked.text()))


@blueprint.get("/counter/members/<int:member_id>")
@guards.staff(permissions.ORDERS_CREATE)
def member_strip(member_id: int) -> str:
    """Who stands here: name, points, and what staff should know now."""
    return render_template("staff/counter/strip.html", **_strip(member_id))


@blueprint.get("/counter/members/<int:member_id>/standing")
@guards.staff(permissions.ORDERS_CREATE)
def member_standing(member_id: int) -> Response:
    """What the member holds right now: the counter asks now and then, and draws itself anew when it changed."""
    standing = checkout.get_standing(edge.read(), members.get_member(edge.read(), member_id).id, at=clock.now())
    return edge.json_answer({"standing": standing.mark})


@blueprint.get("/counter/offline")
@guards.staff(permissions.ORDERS_CREATE)
def offline_kit() -> Response:
    """What the counter keeps for the time without network: the seller's credential, the server's time, and who came lately."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()
    people = members.list_recent_members(edge.read(), store.id, limit=KEPT) if actor.may(MEMBERS_READ) else []
    kit = {
        "credential": checkout.get_credential(actor, store.id, at=at),
        "now": at.isoformat(),
        "members": [[str(each.id), each.shown_name, (each.phone or "")[-4:]] for each in people],
    }
    answer = edge.json_answer(kit)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/counter/members")
@guards.staff(MEMBERS_CREATE)
def open_card_at_counter() -> ResponseReturnValue:
    """Open a card in one step and go on with the sale; in the sheet of the counter, or without script on a page of its own."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()
    in_sheet = "HX-Request" in request.headers

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        member = member_commands.create_member(session, {**data, "store_id": store.id}, actor=actor, at=at)
        if in_sheet:
            return toasts.tell({"ck:member": {"id": str(member.id)}, "ck:toast": {"text": _("开好卡了")}})
        toasts.say(_("开好卡了"))
        return redirect(url_for("staff.counter", member=member.id), 303)

    def again(form: Form) -> str:
        known = members.find_member_by_phone(edge.read(), form.value("phone"))
        return render_template(f"staff/counter/{'quick_add' if in_sheet else 'open_card'}.html", form=form, known=known)

    answer = make_response(forms.submit(MemberIn, perform, again))
    if in_sheet and answer.status_code == 409:
        answer.status_code = 422  # what htmx swaps in; a phone that is taken is a mistake in the form like any other
    return answer


def _people(text: str) -> dict[str, Any]:
    """The sheet that finds people: those found, or those who were here last; what was typed stands in the new card already."""
    may_find, may_open = edge.actor().may(MEMBERS_READ), edge.actor().may(MEMBERS_CREATE)
    found = _found(text) if may_find else []
    digits = any(char.isdigit() for char in text)
    form = Form({"phone": text if digits else "", "name": "" if digits else text})
    return {"text": text, "people": found, "form": form, "may_find": may_find, "may_open": may_open, "known": None}


def _found(text: str) -> list[MemberCard]:
    if text:
        return members.search_members(edge.read(), text, limit=FOUND, asker=edge.actor())
    return members.list_recent_members(edge.read(), shop.current_store().id, limit=RECENT)


def _strip(member_id: int) -> dict[str, Any]:
    """Who stands here; what they hold, and what the card says of them, only for who may read it."""
    session, actor, store_id = edge.read(), edge.actor(), shop.current_store().id
    card = members.get_member(session, member_id)
    return {
        "card": card,
        "stand": checkout.get_standing(session, member_id, at=clock.now()),
        "sees": {name: actor.may(permission, store_id) for name, permission in SEEN.items()},
        "may_top_up": actor.may(WALLET_TOP_UP, store_id),
        "reasons": reasons.today(card) if actor.may(MEMBERS_READ) else [],
        "answers": _answers(card.id) if actor.may(MEMBERS_READ) else [],
    }


def _answers(member_id: int) -> list[Filled]:
    """What was answered to the fields that the counter shows."""
    found = own_fields.filled("member", member_id)
    return [each for each in found if each.field.shown_counter and each.value is not None]
