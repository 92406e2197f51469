"""会员 Members: the list with search and filters, the member's page, opening and changing a card."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.coupons.permissions import COUPONS_READ
from services.household.queries import get_household
from services.loyalty import queries as loyalty
from services.loyalty.permissions import POINTS_READ
from services.members import commands, permissions, queries
from services.members.queries import STATES, Filter, MemberCard
from services.members.schemas import ChangedUnseenIn, MemberIn
from services.merging.permissions import MEMBERS_MERGE
from services.orders import queries as orders
from services.orders.permissions import ORDERS_READ
from services.shared import clock, days
from services.shared.actors import SYSTEM
from services.shared.refusals import TooMany
from services.signin.queries.freezes import find_freeze
from services.stores import queries as stores
from services.wallet import queries as wallet
from services.wallet.permissions import WALLET_READ
from webapp.staff import blueprint, narrowing, reasons
from webapp.staff.consents import consents_section
from webapp.staff.coupons.held import of_member as coupons_of
from webapp.staff.habits import habits_of
from webapp.staff.merging import merges_section
from webapp.staff.sent_forms import forms_of
from webapp.staff.tags import tags_of
from webapp.web import edge, forms, guards, levels, own_fields, people, shop, timeline_words, toasts
from webapp.web.families import family_of
from webapp.web.forms import Form

PAGE, FOUND, LATEST, WALLET_ENTRIES = 30, 30, 5, 3


@blueprint.get("/members")
@guards.staff(permissions.MEMBERS_READ)
def members() -> str:
    """The list; beside it, on a wide screen, room for one member."""
    return page("list", show="list")


@blueprint.get("/members/new")
@guards.staff(permissions.MEMBERS_CREATE)
def new_member() -> str:
    """Open a card in one step; what was searched for stands in its field already."""
    person = people.person()
    store_id = person.store_id if person else None
    typed = {name: request.args.get(name, "") for name in ("phone", "name")}
    return page("new", form=Form({**typed, "store": store_id, "source": "walk_in"}), known=None)


@blueprint.post("/members/new")
@guards.staff(permissions.MEMBERS_CREATE)
def create_member() -> ResponseReturnValue:
    """Open the card and show it."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        member = commands.create_member(session, data, actor=actor, at=at)
        toasts.say(_("开好卡了"))
        return redirect(url_for("staff.member", member_id=member.id), 303)

    def again(form: Form) -> str:
        known = queries.find_member_by_phone(edge.read(), form.value("phone"))
        return page("new", form=form, known=known)

    return forms.submit(MemberIn, perform, again)


@blueprint.get("/members/<int:member_id>")
@guards.staff(permissions.MEMBERS_READ)
def member(member_id: int) -> str:
    """Everything about one member that this person may know: of what they hold each part with its permission, orders of own stores."""
    return _member_page(seen(member_id))


@blueprint.post("/members/<int:member_id>/reveal")
@guards.staff(permissions.MEMBERS_REVEAL)
def reveal_member(member_id: int) -> ResponseReturnValue:
    """The same page with the whole phone and birthday, this once. Not keyed: what was shown is stored nowhere."""
    at, actor, found = clock.now(), edge.actor(), []

    def effect(session: Session) -> ResponseReturnValue:
        found.append(commands.reveal_member(session, member_id, actor=actor, at=at))
        return "", 204

    try:
        left = edge.spend(commands.REVEALS, actor.scope, at=at)
        edge.write(effect, keyed=False)
    except TooMany as refusal:
        return forms.refused({}, refusal, lambda form: _member_page(seen(member_id), too_many=form.refusal))
    response = make_response(_member_page(found[0], revealed=True, left=left))
    response.headers["Cache-Control"] = "no-store"
    return response


def seen(member_id: int) -> MemberCard:
    """The card as far as this person may see it."""
    return queries.as_seen_by(edge.actor(), queries.get_member(edge.read(), member_id))


def _member_page(card: MemberCard, **more: Any) -> str:
    session = edge.read()
    consents = consents_section(session, card.id)
    frozen = find_freeze(session, card.id) is not None
    told = merges_section(session, card.id) if edge.actor().may(MEMBERS_MERGE) else {}
    told["answers"] = own_fields.filled("member", card.id)
    return page("member", card=card, frozen=frozen, **consents, **_held(session, card), **told, **more)


def _held(session: Session, card: MemberCard) -> dict[str, Any]:
    actor, told = edge.actor(), dict[str, Any](family=family_of(card.id, "masked"))
    if not card.erased:
        told["household"] = get_household(session, card.id, at=clock.now())
        told |= timeline_words.timeline_of(card.id, limit=LATEST) | {"reasons": reasons.today(card)}
        told |= tags_of(card.id) | forms_of(card.id) | habits_of(card.id)
    if actor.may(ORDERS_READ):
        told["latest_orders"] = orders.list_orders(session, actor=actor, member_id=card.id, limit=LATEST)
    if actor.may(POINTS_READ):
        told |= levels.points_section(session, card.id) | levels.tier_section(session, card.id)
    if actor.may(COUPONS_READ):
        told |= coupons_of(card.id)
    if actor.may(WALLET_READ):
        told["wallet"] = wallet.get_balance(session, card.id)
        told["wallet_entries"] = wallet.list_entries(session, card.id, limit=WALLET_ENTRIES)
    return told


@blueprint.get("/members/<int:member_id>/edit")
@guards.staff(permissions.MEMBERS_CHANGE)
def edit_member(member_id: int) -> str:
    """What is known, in fields."""
    card = seen(member_id)
    answered = own_fields.in_form(own_fields.filled("member", member_id))
    return page("edit", card=card, form=Form(form_values(card) | answered), known=None)


@blueprint.post("/members/<int:member_id>/edit")
@guards.staff(permissions.MEMBERS_CHANGE)
def change_member(member_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_member(session, member_id, data, actor=actor, at=at)
        return _back(member_id, _("保存好了"))

    return forms.submit(
        ChangedUnseenIn, perform, lambda form: page("edit", card=seen(member_id), form=form, known=None)
    )


@blueprint.post("/members/<int:member_id>/archive")
@guards.staff(permissions.MEMBERS_ARCHIVE)
def archive_member(member_id: int) -> ResponseReturnValue:
    """Take the card out of use; its page offers to take it back."""
    undo = url_for("staff.restore_member", member_id=member_id)
    return _do(commands.archive_member, member_id, _("已停用"), undo=undo)


@blueprint.post("/members/<int:member_id>/restore")
@guards.staff(permissions.MEMBERS_ARCHIVE)
def restore_member(member_id: int) -> ResponseReturnValue:
    """Take the card back into use."""
    return _do(commands.restore_member, member_id, _("已恢复"))


def _do(command: Any, member_id: int, said: str, *, undo: str = "") -> ResponseReturnValue:
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        command(session, member_id, actor=actor, at=at)
        return _back(member_id, said, undo=undo)

    return edge.write(effect)


def _back(member_id: int, said: str, *, undo: str = "") -> ResponseReturnValue:
    toasts.say(said, undo=undo)
    return redirect(url_for("staff.member", member_id=member_id), 303)


# ------------------------------------------------------------------ the list beside every page


def page(name: str, show: str = "detail", **values: Any) -> str:
    """A page of the members' area, with the list that stands beside it."""
    return render_template(f"staff/members/{name}.html", show=show, **_list(), **values, **_choices())


def _list() -> dict[str, Any]:
    """The part of the members that the address asks for: search text, filters, where the last page ended."""
    session, chosen, text = edge.read(), _chosen(), request.args.get("q", "").strip()[:60]
    where = chosen.tree(at=clock.now(), month_begins=_month_begins())
    narrowed = narrowing.asked(session)
    if text:
        cards, more = queries.search_members(session, text, FOUND, where=where, asker=edge.actor()), False
        cards = narrowed.only(session, cards) if narrowed else cards
    else:
        listed = narrowed.list_members if narrowed else queries.list_members
        found = listed(session, where, after=_number("after"), limit=PAGE + 1)
        cards, more = found[:PAGE], len(found) > PAGE
    counted = narrowed.count_members if narrowed else queries.count_members
    asked = {"q": text, "state": chosen.state, "source": chosen.source, "store": chosen.store_id}
    asked |= {"segment": _number("segment"), "tag": _number("tag")} if narrowed else {}
    kept: dict[str, Any] = {key: value for key, value in asked.items() if value and value != "all"}
    return {
        "cards": _with_points(session, cards) if edge.actor().may(POINTS_READ) else cards,
        "count": len(cards) if text else counted(session, where),
        "kept": kept,
        "text": text,
        "chosen": chosen,
        "narrowed": narrowed,
        "next_page": url_for("staff.members", **kept, after=cards[-1].id) if more else "",
    }


def _chosen() -> Filter:
    state, source = request.args.get("state", "all"), request.args.get("source", "")[:40]
    return Filter(state if state in STATES else "all", source if source.isprintable() else "", _number("store"))


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None


def _with_points(session: Session, cards: list[MemberCard]) -> list[MemberCard]:
    points = loyalty.list_balances(session, [card.id for card in cards])
    return [card.with_points(points[card.id]) for card in cards]


def _month_begins() -> datetime:
    zone = shop.settings().zone
    return days.day_bounds(days.local_day(clock.now(), zone).replace(day=1), zone)[0]


def _choices() -> dict[str, Any]:
    return {
        "own_fields": own_fields.asked("member"),
        "own_stores": stores.list_stores(edge.read(), actor=edge.actor()),
        "store_names": _store_names(),
        "sources": shop.settings()["members.sources"],
    }


def _store_names() -> dict[int, str]:
    """Of all stores: a member belongs to the whole shop, whichever store the reader works in."""
    return {store.id: store.name for store in stores.list_stores(edge.read(), actor=SYSTEM, archived=True)}


def form_values(card: MemberCard) -> dict[str, Any]:
    """A card as the fields of its form."""
    birthday = asdict(card.birthday) if card.birthday else {}
    told = {f"birthday_{name}": value for name, value in birthday.items()}
    fields = ("name", "gender", "wechat_id", "source", "note")
    return {name: getattr(card, name) for name in fields} | told | {"store": card.store_id}
