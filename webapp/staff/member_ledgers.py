"""A member's points and growth in full."""

from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from services.checkout.queries.points_ledger import explain_entries
from services.loyalty import permissions
from services.loyalty import queries as loyalty
from services.loyalty.models import GrowthEntry
from services.members import queries as members
from services.orders import queries as orders
from webapp.staff import blueprint
from webapp.staff.members import page
from webapp.web import edge, guards, levels, people, points_words

PAGE = 30


@blueprint.get("/members/<int:member_id>/points")
@guards.staff(permissions.POINTS_READ)
def member_points(member_id: int) -> str:
    """Every change of a member's points, explained."""
    session = edge.read()
    card = members.get_member(session, member_id)
    found = loyalty.list_entries(session, card.id, after=_after(), limit=PAGE + 1)
    section = levels.points_section(session, card.id)
    explained = explain_entries(session, found[:PAGE], stores=people.seen_stores())
    section["told"] = [points_words.tell(entry) for entry in explained]
    following = _following("staff.member_points", card.id, found)
    return page("points", card=card, following=following, **section)


@blueprint.get("/members/<int:member_id>/growth")
@guards.staff(permissions.POINTS_READ)
def member_growth(member_id: int) -> str:
    """Where a member stands, and every change of growth."""
    session = edge.read()
    card = members.get_member(session, member_id)
    found = loyalty.list_growth_entries(session, card.id, after=_after(), limit=PAGE + 1)
    return page(
        "growth",
        card=card,
        **levels.tier_section(session, card.id),
        entries=found[:PAGE],
        numbers=_numbers(session, found),
        following=_following("staff.member_growth", card.id, found),
    )


def _numbers(session: Session, found: list[GrowthEntry]) -> dict[int, str]:
    ids = {entry.order_id for entry in found if entry.order_id}
    return orders.list_numbers(session, ids, stores=people.seen_stores())


def _following(endpoint: str, member_id: int, found: list[Any]) -> str:
    return url_for(endpoint, member_id=member_id, after=found[PAGE - 1].id) if len(found) > PAGE else ""


def _after() -> int | None:
    typed = request.args.get("after", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
