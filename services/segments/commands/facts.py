"""Working out what of a member's facts follows from the books: for those it is due for, or from scratch for everybody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from services.family.queries.families import load_families
from services.members import commands as members
from services.members.models import Member, MemberFacts
from services.members.rules import birthdays
from services.orders.events import OrderCompleted, OrderHandedOver, OrderRefunded
from services.orders.models import Order, OrderLine
from services.segments.kinds.kind import Scene
from services.segments.models import MemberProduct
from services.segments.rules.figures import Bought, Taken, counted, figures_of
from services.shared import events

_orders: Any = Order.__table__
_lines: Any = OrderLine.__table__
_products: Any = MemberProduct.__table__
_members: Any = Member.__table__
_KEEPER = func.coalesce(_members.c.merged_into, _members.c.id).label(
    "member_id"
)  # what a merged card bought is the other's
_COUNTING = (OrderCompleted, OrderRefunded, OrderHandedOver)  # their reactions count by themselves
_BIRTHDAY = [_members.c[name] for name in birthdays.NO_BIRTHDAY]


def work_out(session: Session, member_ids: Sequence[int], scene: Scene) -> None:
    """Work out what is due of these members: figures of their orders, what they bought of each product, birthday and milestone."""
    _write(session, member_ids, scene, counting=False)


def rebuild(session: Session, member_ids: Sequence[int], scene: Scene) -> list[int]:
    """Work everything of these members out from the books alone; those of whom a sale is still being counted are left, and returned."""
    facts = select(MemberFacts.member_id).where(MemberFacts.member_id.in_(member_ids))
    held = session.scalars(facts.order_by(MemberFacts.member_id).with_for_update()).all()
    orders = _load_orders(session, held)
    about = events.list_waiting(session, _COUNTING)
    names = ("member_id", "from_member_id", "to_member_id")
    counted_now = {payload.get(name) for payload in about for name in names}
    left = [each for each in held if each in counted_now]
    _write(session, [each for each in held if each not in counted_now], scene, counting=True, orders=orders)
    return left


def _write(
    session: Session,
    member_ids: Sequence[int],
    scene: Scene,
    *,
    counting: bool,
    orders: Mapping[int, Sequence[Bought]] | None = None,
) -> None:
    if not member_ids:
        return
    orders = _load_orders(session, member_ids) if orders is None else orders
    taken = _roll_up(session, member_ids)
    coming = _coming(session, member_ids, scene)
    rows = []
    for each in member_ids:
        mine = orders.get(each, ())
        figures = figures_of(mine, taken.get(each, ()), scene.today, scene.settings.zone) | coming[each]
        rows.append({"member": each, **figures, **(counted(mine) if counting else {})})
    members.write_facts(session, rows)


def _load_orders(session: Session, member_ids: Sequence[int]) -> dict[int, list[Bought]]:
    columns = (
        _KEEPER,
        _orders.c.completed_at,
        _orders.c.day,
        _orders.c.paid - _orders.c.refunded,
        _orders.c.state,
    )
    found: defaultdict[int, list[Bought]] = defaultdict(list)
    query = select(*columns).join(_members, _members.c.id == _orders.c.member_id)
    for member_id, at, day, amount, state in session.execute(query.where(_orders.c.member_id.in_(_theirs(member_ids)))):
        if member_id in member_ids:
            found[member_id].append(Bought(at, day, amount, state == "refunded"))
    return found


def _roll_up(session: Session, member_ids: Sequence[int]) -> dict[int, list[Taken]]:
    """Write down anew what they bought of each product; what that is."""
    left = _lines.c.quantity - _lines.c.refunded_quantity
    category = func.coalesce(_lines.c.category_id, 0)
    query = (
        select(
            _KEEPER, _lines.c.product_id, category.label("category_id"), func.sum(left).label("pieces"),
            func.min(_orders.c.day).label("first_on"), func.max(_orders.c.day).label("last_on"),
        )
        .join(_lines, _lines.c.order_id == _orders.c.id)
        .join(_members, _members.c.id == _orders.c.member_id)
        .where(_orders.c.member_id.in_(_theirs(member_ids)), _orders.c.state != "refunded", left > 0)
        .group_by(_KEEPER, _lines.c.product_id, category)
    )  # fmt: skip
    rows = [dict(row) for row in session.execute(query).mappings() if row["member_id"] in member_ids]
    session.execute(delete(_products).where(_products.c.member_id.in_(member_ids)))
    if rows:
        session.execute(insert(_products), rows)
    found: defaultdict[int, list[Taken]] = defaultdict(list)
    for row in rows:
        found[row["member_id"]].append(Taken(row["product_id"], row["category_id"], row["pieces"], row["last_on"]))
    return found


def _theirs(member_ids: Sequence[int]) -> Select[int]:
    """These members and the cards that are part of theirs."""
    return select(_members.c.id).where(or_(_members.c.id.in_(member_ids), _members.c.merged_into.in_(member_ids)))


def _coming(session: Session, member_ids: Sequence[int], scene: Scene) -> dict[int, dict[str, Any]]:
    """When the next birthday and the next milestone of a child are kept, today included."""
    families = load_families(session, member_ids, scene.settings, scene.today, eyes="whole")
    found: dict[int, dict[str, Any]] = {}
    query = select(_members.c.id, *_BIRTHDAY).where(_members.c.id.in_(member_ids))
    for row in session.execute(query).mappings():
        milestone = families[row["id"]].coming
        found[row["id"]] = {
            "birthday_on": _birthday_on(row, scene),
            "milestone": milestone[1].kind if milestone else None,
            "milestone_on": milestone[1].day if milestone else None,
        }
    return found


def _birthday_on(row: Mapping[Any, Any], scene: Scene) -> date | None:
    birthday = birthdays.of(row)
    return birthdays.coming(birthday, scene.today, late_leap_day=scene.settings.late_leap_day) if birthday else None
