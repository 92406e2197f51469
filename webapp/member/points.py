"""积分 and 等级: each point and each step explains itself."""

from typing import Literal

from flask import render_template, request

from services.checkout.queries.points_ledger import explain_entries
from services.loyalty import queries as loyalty
from services.orders import queries as orders
from services.shared import clock
from webapp.member import blueprint, paging
from webapp.web import edge, guards, levels, people, points_words, shop

PAGE = 30


@blueprint.get("/points")
@guards.member
def points() -> str:
    """Where each point came from, what it went for, and when the next ones end."""
    session, member, way = edge.read(), people.member(), _way()
    entries = loyalty.list_entries(session, member.id, way=way, after=paging.after(), limit=PAGE + 1)
    found = [points_words.tell(entry) for entry in explain_entries(session, entries)]
    balance, kept = loyalty.get_balance(session, member.id), {"way": way} if way else {}
    return render_template(
        "member/points.html",
        balance=balance,
        debt=points_words.debt_words(balance),
        ending=points_words.ending_words(session, member.id, at=clock.now()),
        coming=points_words.coming(session, member.id),
        rule=shop.settings(),
        page=paging.page("member.points", found, PAGE, lambda entry: paging.month_words(entry.at), **kept),
        own_orders=orders.list_numbers(
            session, {entry.order_id for entry in found if entry.order_id and not entry.shared}
        ),
        way=way,
    )


@blueprint.get("/growth")
@guards.member
def growth() -> str:
    """My level, what each level brings, and every change of growth."""
    session, member = edge.read(), people.member()
    found = loyalty.list_growth_entries(session, member.id, after=paging.after(), limit=PAGE + 1)
    numbers = orders.list_numbers(session, {entry.order_id for entry in found if entry.order_id})
    told = levels.progress_words(session, member.id)
    return render_template(
        "member/growth.html",
        **told,
        **levels.review_words(told["progress"]),
        tiers=levels.ladder_words(session),
        page=paging.page("member.growth", found, PAGE, lambda entry: paging.month_words(entry.at)),
        numbers=numbers,
        own_orders=numbers,
    )


def _way() -> Literal["in", "out"] | None:
    asked = request.args.get("way")
    return "in" if asked == "in" else "out" if asked == "out" else None
