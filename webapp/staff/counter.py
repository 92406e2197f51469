"""收银: the screen a cashier with a queue uses all day. The cart lives on the device (ck-counter); prices and sales are the API's."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import queries as catalog
from services.checkout import permissions
from services.loyalty import queries as loyalty
from services.members import commands as member_commands
from services.members import queries as members
from services.members.permissions import MEMBERS_CREATE
from services.members.queries import MemberCard
from services.members.schemas import MemberIn
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form

FOUND, RECENT = 12, 8


@blueprint.get("/")
@guards.staff()
def counter() -> ResponseReturnValue:
    """Products, cart and scanner on one page; `?member=` attaches a member without spending rights."""
    if not edge.actor().may(permissions.ORDERS_CREATE):
        return redirect(url_for("staff.more"))
    session, store = edge.read(), shop.current_store()
    member_id = request.args.get("member", type=int)
    return render_template(
        "staff/counter/index.html",
        store=store,
        categories=catalog.list_categories(session),
        products=catalog.list_for_store(session, store.id),
        recent=members.list_recent_members(session, store.id, limit=RECENT),
        card=_card(member_id) if member_id else None,
        large_tender=shop.settings()["orders.large_tender"],
    )


@blueprint.get("/counter/members")
@guards.staff(permissions.ORDERS_CREATE)
def find_at_counter() -> str:
    """Members for what was typed; nobody found: one step to open a card."""
    text = request.args.get("q", "").strip()[:40]
    found = members.search_members(edge.read(), text, limit=FOUND) if text else []
    return render_template("staff/counter/found.html", text=text, found=found, form=Form({"phone": text}))


@blueprint.get("/counter/members/<int:member_id>")
@guards.staff(permissions.ORDERS_CREATE)
def member_strip(member_id: int) -> str:
    """Who stands here: name, points, and what staff should know now."""
    return render_template("staff/counter/strip.html", card=_card(member_id))


@blueprint.post("/counter/members")
@guards.staff(MEMBERS_CREATE)
def open_card_at_counter() -> ResponseReturnValue:
    """Open a card in one step and go on with the sale."""
    at, actor, store = clock.now(), edge.actor(), shop.current_store()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        member = member_commands.create_member(session, {**data, "store_id": store.id}, actor=actor, at=at)
        toasts.say(_("开好卡了"))
        return redirect(url_for("staff.counter", member=member.id), 303)

    def again(form: Form) -> str:
        known = members.find_member_by_phone(edge.read(), form.value("phone"))
        return render_template("staff/counter/open_card.html", form=form, known=known)

    return forms.submit(MemberIn, perform, again)


def _card(member_id: int) -> MemberCard:
    session = edge.read()
    return members.get_member(session, member_id).with_points(loyalty.get_balance(session, member_id))
