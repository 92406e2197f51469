"""Whether somebody meets a tree of conditions, worked out in plain Python from everything that is known of them. Imports no rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
Tree = Mapping[str, Any]


@dataclass
class Line:
    """What was bought: pieces that were not given back."""

    product: int
    category: int | None
    pieces: int


@dataclass
class Order:
    """A sale, net of what went back."""

    at: datetime
    amount: int
    gone: bool
    lines: list[Line]

    @property
    def day(self) -> date:
        return self.at.astimezone(ZONE).date()


@dataclass
class Person:
    """Everything known of a member. Only living ones are asked about."""

    id: int
    source: str
    store: int | None
    gender: str
    joined: datetime
    birthday_on: date | None
    orders: list[Order] = field(default_factory=list)
    children: list[tuple[date, bool]] = field(default_factory=list)  # born on, nothing more is said
    pregnancies: list[tuple[str, date | None]] = field(default_factory=list)
    milestone: tuple[str, date] | None = None
    consents: set[str] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)
    tier: int | None = None
    points: int = 0
    lots: list[tuple[int, datetime | None]] = field(default_factory=list)
    wallet: int = 0
    coupons: list[tuple[int, str, datetime | None, datetime | None]] = field(default_factory=list)
    messages: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    pushed: bool = False
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The moment, and what the shop has set."""

    at: datetime
    launches: dict[int, date]
    rfm: tuple[int, int, int] = (60, 4, 50_000)
    stages: tuple[int, int] = (98, 196)
    postpartum: int = 42

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()


def meets(tree: Tree, person: Person, world: World) -> bool:
    """Whether the tree is true of somebody."""
    if "all" in tree:
        return all(meets(part, person, world) for part in tree["all"])
    if "any" in tree:
        return any(meets(part, person, world) for part in tree["any"])
    if "not" in tree:
        return not meets(tree["not"], person, world)
    return bool(_asked(tree["kind"])(tree, person, world))


def _asked(kind: str) -> Callable[[Tree, Person, World], bool]:
    return _answer if kind.startswith("field.") else PREDICATES[kind]


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def between(tree: Tree, value: int | None, number: Callable[[Any], int] = int) -> bool:
    if value is None:
        return False
    low = "at_least" not in tree or number(tree["at_least"]) <= value
    return low and ("at_most" not in tree or value <= number(tree["at_most"]))


def one_of(tree: Tree, value: Any) -> bool:
    return value is not None and str(value) in tree["one_of"]


def days(later: date, earlier: date) -> int:
    return (later - earlier).days


def ago(moment: datetime | None, world: World) -> int | None:
    return None if moment is None else days(world.today, moment.astimezone(ZONE).date())


def lately(person: Person, tree: Tree, world: World) -> list[Order]:
    return [order for order in person.orders if days(world.today, order.day) < int(tree["days"]) and not order.gone]


def age_in_months(born: date, today: date) -> int:
    """By walking from month to month: a day that a month lacks is the first of the next one."""
    months = -1
    while _after_months(born, months + 1) <= today:
        months += 1
    return months


def _after_months(born: date, months: int) -> date:
    first = date(born.year + (born.month - 1 + months) // 12, (born.month - 1 + months) % 12 + 1, 1)
    day = first + timedelta(days=born.day - 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(day, following)


def spoken_of(person: Person) -> list[date]:
    return [born for born, quiet in person.children if not quiet] if "children" in person.consents else []


def stages(person: Person, world: World) -> set[str]:
    found = {"postpartum" for born in spoken_of(person) if 0 <= days(world.today, born) <= world.postpartum}
    for state, due in person.pregnancies if "health" in person.consents else []:
        if state == "preparing":
            found.add(state)
        if state == "expecting" and due is not None and due >= world.today:
            far = 280 - days(due, world.today)
            found.add("early" if far < world.stages[0] else "mid" if far < world.stages[1] else "late")
    return found


def taken(person: Person) -> list[tuple[Line, date]]:
    return [(line, order.day) for order in person.orders for line in order.lines if line.pieces and not order.gone]


def bought(key: str) -> Callable[[Tree, Person, World], bool]:
    def test(tree: Tree, person: Person, world: World) -> bool:
        mine = [(line, day) for line, day in taken(person) if one_of(tree, getattr(line, key))]
        fresh = not mine or "days" not in tree or days(world.today, max(day for _, day in mine)) < int(tree["days"])
        return bool(mine) and fresh and between(tree, sum(line.pieces for line, _ in mine))

    return test


def favourite(person: Person, key: str) -> int | None:
    """Most pieces; then the latest; then the smallest number."""
    mine = [(getattr(line, key), line.pieces, day) for line, day in taken(person) if getattr(line, key)]
    rank = {
        each: (sum(n for k, n, _ in mine if k == each), max(d for k, _, d in mine if k == each), -each)
        for each, _, _ in mine
    }
    return max(rank, key=lambda each: rank[each], default=None)


def usual(values: list[tuple[int, Any]]) -> int | None:
    """The value that is there most often; then the one that came last."""
    rank = {each: (sum(v == each for v, _ in values), max(at for v, at in values if v == each)) for each, _ in values}
    return max(rank, key=lambda each: rank[each], default=None)


def visits(person: Person) -> list[date]:
    return sorted({order.day for order in person.orders})


def half_up(value: Decimal) -> int:
    return int(value + Decimal("0.5"))


def rhythm(person: Person) -> int | None:
    mine = visits(person)
    return half_up(Decimal(days(mine[-1], mine[0])) / (len(mine) - 1)) if len(mine) > 1 else None


def weekends(person: Person) -> int | None:
    mine = visits(person)
    return half_up(Decimal(100 * sum(day.isoweekday() > 5 for day in mine)) / len(mine)) if mine else None


def novelties(tree: Tree, person: Person, world: World) -> int:
    first: dict[tuple[int, int | None], date] = {}
    for line, day in taken(person):
        key = (line.product, line.category)
        first[key] = min(day, first.get(key, day))
    return len(
        {
            product
            for (product, _), day in first.items()
            if product in world.launches and days(day, world.launches[product]) <= int(tree["days"])
        }
    )


def rfm(person: Person, world: World) -> str | None:
    if not person.orders:
        return None
    recent = days(world.today, max(order.day for order in person.orders)) <= world.rfm[0]
    year = [order for order in person.orders if days(world.today, order.day) < 365]
    often = sum(not order.gone for order in year) >= world.rfm[1]
    much = sum(order.amount for order in year) >= world.rfm[2]
    return {
        (True, True, True): "champion", (True, True, False): "regular", (False, True, True): "keep", (False, True, False): "keep_low",
        (True, False, True): "grow", (True, False, False): "grow_low", (False, False, True): "win_back",
        (False, False, False): "win_back_low",
    }[recent, often, much]  # fmt: skip


def average(tree: Tree, person: Person, _world: World) -> bool:
    count = sum(not order.gone for order in person.orders)
    spent = sum(order.amount for order in person.orders)
    low = "at_least" not in tree or (count and Decimal(spent) / count >= fen(tree["at_least"]))
    return bool(count and low and ("at_most" not in tree or Decimal(spent) / count <= fen(tree["at_most"])))


def milestone(tree: Tree, person: Person, world: World) -> bool:
    if person.milestone is None or person.milestone[0] not in tree["one_of"]:
        return False
    ahead = days(person.milestone[1], world.today)
    return ahead >= 0 and between(tree, ahead)


def coming(tree: Tree, day: date | None, world: World) -> bool:
    return day is not None and day >= world.today and between(tree, days(day, world.today))


def expiring(tree: Tree, person: Person, world: World) -> int:
    last = world.today + timedelta(days=int(tree["days"]))
    return sum(left for left, ends in person.lots if ends and ends > world.at and _ends_by(ends, last))


def _ends_by(ends: datetime, last: date) -> bool:
    """The end of a day is midnight of the next."""
    local = ends.astimezone(ZONE)
    return local.date() <= last or (local.date() == last + timedelta(days=1) and local.time() == datetime.min.time())


def _answer(tree: Tree, person: Person, world: World) -> bool:
    value = person.answers.get(tree["kind"].removeprefix("field."))
    if value is None:
        return False
    if isinstance(value, bool):
        return value is tree.get("is", True)
    if isinstance(value, date):
        return days(world.today, value) >= 0 and between(tree, days(world.today, value))
    if isinstance(value, int):
        return between(tree, value, fen)
    if isinstance(value, list):
        return bool(set(value) & set(tree["one_of"]))
    return bool(tree["is"].lower() in value.lower() if "is" in tree else value in tree["one_of"])


PREDICATES: dict[str, Callable[[Tree, Person, World], bool]] = {
    "source": lambda tree, person, world: one_of(tree, person.source),
    "store": lambda tree, person, world: one_of(tree, person.store),
    "gender": lambda tree, person, world: one_of(tree, person.gender),
    "joined": lambda tree, person, world: between(tree, ago(person.joined, world)),
    "birthday": lambda tree, person, world: coming(tree, person.birthday_on, world),
    "agrees": lambda tree, person, world: ("marketing" in person.consents) == tree.get("is", True),
    "tag": lambda tree, person, world: any(one_of(tree, tag) for tag in person.tags),
    "stage": lambda tree, person, world: bool(stages(person, world) & set(tree["one_of"])),
    "child_age": lambda tree, person, world: any(
        born <= world.today and between(tree, age_in_months(born, world.today)) for born in spoken_of(person)
    ),
    "children": lambda tree, person, world: between(tree, len(spoken_of(person))),
    "milestone": milestone,
    "spent": lambda tree, person, world: between(tree, sum(order.amount for order in person.orders), fen),
    "spent_lately": lambda tree, person, world: between(
        tree, sum(order.amount for order in lately(person, tree, world)), fen
    ),
    "orders": lambda tree, person, world: between(tree, sum(not order.gone for order in person.orders)),
    "orders_lately": lambda tree, person, world: between(tree, len(lately(person, tree, world))),
    "average": average,
    "product": bought("product"),
    "category": bought("category"),
    "favourite_product": lambda tree, person, world: one_of(tree, favourite(person, "product")),
    "favourite_category": lambda tree, person, world: one_of(tree, favourite(person, "category")),
    "novelties": lambda tree, person, world: between(tree, novelties(tree, person, world)),
    "rfm": lambda tree, person, world: one_of(tree, rfm(person, world)),
    "last_visit": lambda tree, person, world: between(
        tree, ago(max((order.at for order in person.orders), default=None), world)
    ),
    "first_visit": lambda tree, person, world: between(
        tree, ago(min((order.at for order in person.orders), default=None), world)
    ),
    "visits": lambda tree, person, world: between(tree, len(visits(person))),
    "rhythm": lambda tree, person, world: between(tree, rhythm(person)),
    "weekday": lambda tree, person, world: one_of(tree, usual([(day.weekday(), day) for day in visits(person)])),
    "hour": lambda tree, person, world: between(
        tree, usual([(order.at.astimezone(ZONE).hour, order.at) for order in person.orders])
    ),
    "weekends": lambda tree, person, world: between(tree, weekends(person)),
    "tier": lambda tree, person, world: one_of(tree, person.tier),
    "points": lambda tree, person, world: between(tree, person.points),
    "points_expiring": lambda tree, person, world: between(tree, expiring(tree, person, world)),
    "wallet": lambda tree, person, world: between(tree, person.wallet, fen),
    "coupon": lambda tree, person, world: any(
        one_of(tree, template) and state in {"issued", "reserved"} and (ends is None or ends > world.at)
        for template, state, ends, _used in person.coupons
    ),
    "coupon_used": lambda tree, person, world: any(
        one_of(tree, template) and state == "redeemed" and ("days" not in tree or (ago(used, world) or 0) < int(tree["days"]))
        for template, state, _ends, used in person.coupons
    ),
    "messaged": lambda tree, person, world: any(
        one_of(tree, category) and (ago(at, world) or 0) < int(tree["days"]) for category, at, _ in person.messages
    ),
    "opened": lambda tree, person, world: any(
        one_of(tree, category) and read is not None and (ago(read, world) or 0) < int(tree["days"])
        for category, _, read in person.messages
    ),
    "reachable": lambda tree, person, world: person.pushed == tree.get("is", True),
}  # fmt: skip
