"""Pairs of living members who look like one person. Asked live: each way to look alike is a join on an index, page by page."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from services.family.models import Child
from services.members.models import Member
from services.merging.models import DistinctPair

PHONE, WECHAT, BIRTHDAY, CHILD = "phone", "wechat", "birthday", "child"
_a, _b = aliased(Member, name="a"), aliased(Member, name="b")
_one, _other = aliased(Child, name="one"), aliased(Child, name="other")


@dataclass(frozen=True)
class Duplicate:
    """Two members, the older card first, and why they look alike: phone (one's number is the other's WeChat ID), wechat, birthday (all with
    the same name), child."""

    low_id: int
    high_id: int
    why: tuple[str, ...]


def list_duplicates(session: Session, *, after: tuple[int, int] = (0, 0), limit: int = 50) -> list[Duplicate]:
    """Pairs that nobody put aside, in the order of their cards; `after` is the last pair of the page before."""
    found = union_all(*(_page(query, after, limit) for query in _ways())).subquery()
    rows = session.execute(select(found).order_by(found.c.low, found.c.high)).all()
    pairs = groupby(rows, key=lambda row: (row.low, row.high))
    return [Duplicate(low, high, tuple(sorted({row.why for row in own}))) for (low, high), own in pairs][:limit]


def _ways() -> list[Select[Any]]:
    """Names and days that stand more than once are looked for first: of a million members few are left to compare."""
    born = _twice(Member, Member.birthday_month, Member.birthday_day, Member.name)
    child = _twice(Child, Child.born_on, Child.name)
    year = or_(_a.birthday_year.is_(None), _b.birthday_year.is_(None), _a.birthday_year == _b.birthday_year)
    return [
        _pairs(PHONE).join(_b, _a.phone == "+86" + _b.wechat_id).where(_b.wechat_id != "", _a.id != _b.id, _alike()),
        _pairs(WECHAT).join(_b, and_(_a.wechat_id == _b.wechat_id, _a.id < _b.id)).where(_a.wechat_id != "", _alike()),
        _pairs(BIRTHDAY, born)
        .join(_a, _is_of(born, _a))
        .join(_b, and_(_is_of(born, _b), _a.id < _b.id))
        .where(_a.birthday_calendar == _b.birthday_calendar, year),
        _pairs(CHILD, child)
        .join(_one, _is_of(child, _one))
        .join(_other, and_(_is_of(child, _other), _one.member_id < _other.member_id))
        .join(_a, _a.id == _one.member_id)
        .join(_b, _b.id == _other.member_id),
    ]


def _alike() -> Any:
    """A WeChat ID is what anybody types about themselves: by itself it says nothing."""
    return and_(_a.name == _b.name, _a.name != "")


def _twice(table: Any, *columns: Any) -> Any:
    """What stands in more than one row, where a name is told."""
    named = select(*columns).where(table.name != "", *(each.is_not(None) for each in columns))
    return named.group_by(*columns).having(func.count() > 1).subquery()


def _is_of(keys: Any, table: Any) -> Any:
    return and_(*(getattr(table, each.name) == each for each in keys.c))


def _pairs(why: str, start: Any = None) -> Any:
    low, high = case((_a.id < _b.id, _a.id), else_=_b.id), case((_a.id < _b.id, _b.id), else_=_a.id)
    named = select(low.label("low"), high.label("high"), literal(why).label("why"))
    return named.select_from(_a if start is None else start)


def _page(query: Any, after: tuple[int, int], limit: int) -> Any:
    """The first pairs beyond `after`, of members in use, that nobody said are two."""
    living = query.where(_a.archived_at.is_(None), _b.archived_at.is_(None)).distinct().subquery()
    two = exists().where(DistinctPair.low_id == living.c.low, DistinctPair.high_id == living.c.high)
    beyond = select(living).where(tuple_(living.c.low, living.c.high) > tuple_(*map(literal, after)), ~two)
    page = beyond.order_by(living.c.low, living.c.high).limit(limit).subquery()
    return select(page)
