"""Twenty segments beside SQL written by hand: each condition once as a tree of the product and once as SQL, and every good way to put
the SQL together. The floor is whichever way this engine is fastest with.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.shared.days import day_bounds

PAGE = 50
Tree = Mapping[str, Any]
Told = Callable[["Moment"], str]


@dataclass(frozen=True)
class Moment:
    """When segments are asked, as an engine writes it."""

    today: date
    at: datetime
    zone: str
    engine: str

    def day(self, ahead: int) -> str:
        """A day so many days from today."""
        return f"'{self.today + timedelta(days=ahead)}'"

    def began(self, ago: int) -> str:
        """The first moment of the day so many days ago."""
        return self.instant(day_bounds(self.today - timedelta(days=ago), self.zone)[0])

    def instant(self, at: datetime) -> str:
        """A moment."""
        told = at.replace(tzinfo=None).isoformat(" ", "microseconds")
        return f"'{told}'" if self.engine == "sqlite" else f"'{told}+00'"


@dataclass(frozen=True)
class Row:
    """A condition on the row of facts `f`, or with `profile` of the member `m`."""

    sql: str
    profile: bool = False


@dataclass(frozen=True)
class Set:
    """A condition that many rows answer: `found` has the table with its conditions, `{}` where a member may be named; `grouped` ends it.

    `among` False: members who are not in it. `once`: no member twice.
    """

    table: str
    where: str
    column: str = "member_id"
    having: str = ""
    among: bool = True
    once: bool = False

    def all(self) -> str:
        """Everybody in it; `+` has no meaning but that SQLite does not group by an index that reads all rows of everybody."""
        end = f" GROUP BY +{self.column} HAVING {self.having}" if self.having else ""
        return f"SELECT {self.column} AS member_id FROM {self.table} WHERE {self.where}{end}"

    def one(self) -> str:
        """Whether `f` is in it."""
        end = f" GROUP BY {self.column} HAVING {self.having}" if self.having else ""
        return f"EXISTS (SELECT 1 FROM {self.table} WHERE {self.column} = f.member_id AND {self.where}{end})"


@dataclass(frozen=True)
class Either:
    """Members who are in any of these."""

    sets: tuple[Set, ...]

    def union(self) -> Set:
        """The same as one."""
        return Set(f"({' UNION '.join(each.all() for each in self.sets)}) AS either", "1 = 1", once=True)


Part = Row | Set | Either


@dataclass(frozen=True)
class Asked:
    """One segment: its tree, and the same by hand at a moment."""

    name: str
    tree: tuple[Tree, ...]
    parts: Callable[[Moment], tuple[Part, ...]]


def agrees(kind: str = "marketing") -> Set:
    return Set("consents", f"kind = '{kind}' AND withdrawn_at IS NULL")


def bought(of: str, more: str = "1 = 1", having: str = "") -> Set:
    return Set("member_products", f"{of} AND {more}", having=having)


def orders_since(day: str, having: str, *, among: bool = True) -> Set:
    return Set(
        "orders",
        f"member_id IS NOT NULL AND day >= {day} AND state <> 'refunded'",
        having=having,
        among=among,
        once=True,
    )


def answered(field: int, test: str) -> Set:
    return Set("field_values", f"field_id = {field + 1} AND {test}", column="subject_id", once=True)


def tag(*ids: int, among: bool = True) -> Set:
    return Set("member_tags", f"tag_id IN ({', '.join(map(str, ids))})", among=among, once=len(ids) == 1)


def coupons(ids: str, more: str, *, among: bool = True) -> Set:
    return Set("coupons", f"member_id IS NOT NULL AND template_id IN ({ids}) AND {more}", among=among)


def held(table: str, test: str, *, among: bool = True) -> Set:
    return Set(table, test, among=among, once=True)


def usable(now: str) -> str:
    return f"state IN ('issued', 'reserved') AND (expires_at IS NULL OR expires_at > {now})"


def tiers(*ids: int) -> Set:
    return held("member_tiers", f"tier_id IN ({', '.join(map(str, ids))})")


def messages(moment: str, kind: str) -> Set:
    return Set("messages", f"{moment} AND category = '{kind}'")


REACHABLE = Set("push_subscriptions", "member_id IS NOT NULL")
ANYBODY = "SELECT member_id FROM consents WHERE kind = 'children' AND withdrawn_at IS NULL"

SEGMENTS: tuple[Asked, ...] = (
    Asked(
        "regulars who stay away",
        ({"kind": "orders", "at_least": 5}, {"kind": "last_visit", "at_least": 60}, {"kind": "agrees"},
         {"kind": "spent", "at_least": "200.00"}),
        lambda at: (Row("f.orders >= 5"), Row(f"f.last_order_at < {at.began(59)}"), agrees(), Row("f.spent >= 20000")),
    ),
    Asked(
        "birthdays of good members",
        ({"kind": "birthday", "at_most": 14}, {"kind": "agrees"}, {"kind": "tier", "one_of": ["3", "4"]},
         {"kind": "last_visit", "at_most": 180}),
        lambda at: (Row(f"f.birthday_on >= {at.day(0)} AND f.birthday_on <= {at.day(14)}"), agrees(), tiers(3, 4),
                    Row(f"f.last_order_at >= {at.began(180)}")),
    ),
    Asked(
        "fond of one product, with money left",
        ({"kind": "product", "one_of": ["3"], "at_least": 3, "days": 90}, {"kind": "gender", "one_of": ["female"]}, {"kind": "agrees"},
         {"kind": "wallet", "at_least": "0.01"}),
        lambda at: (bought("product_id = 3", having=f"sum(pieces) >= 3 AND max(last_on) >= {at.day(-89)}"),
                    Row("m.gender = 'female'", profile=True), agrees(), held("wallet_accounts", "principal + bonus >= 1")),
    ),
    Asked(
        "new, and once here",
        ({"kind": "joined", "at_most": 90}, {"kind": "orders", "at_least": 1, "at_most": 1},
         {"kind": "source", "one_of": ["online", "friend"]}, {"kind": "points", "at_least": 100}),
        lambda at: (Row(f"m.joined_at >= {at.began(90)}", profile=True), Row("f.orders = 1"),
                    Row("m.source IN ('online', 'friend')", profile=True), held("points_accounts", "balance >= 100")),
    ),
    Asked(
        "stored value that sleeps",
        ({"kind": "wallet", "at_least": "100.00"}, {"kind": "last_visit", "at_least": 120}, {"kind": "tag", "one_of": ["1", "2"]},
         {"kind": "reachable"}),
        lambda at: (held("wallet_accounts", "principal + bonus >= 10000"), Row(f"f.last_order_at < {at.began(119)}"), tag(1, 2), REACHABLE),
    ),
    Asked(
        "much spent lately at one store",
        ({"kind": "spent_lately", "days": 90, "at_least": "200.00"}, {"kind": "orders_lately", "days": 90, "at_least": 3},
         {"kind": "tier", "one_of": ["2", "3", "4"]}, {"kind": "store", "one_of": ["1"]}),
        lambda at: (orders_since(at.day(-89), "sum(paid - refunded) >= 20000"), orders_since(at.day(-89), "count(*) >= 3"), tiers(2, 3, 4),
                    Row("m.store_id = 1", profile=True)),
    ),
    Asked(
        "a coupon that nobody used",
        ({"kind": "coupon", "one_of": ["1"]}, {"kind": "last_visit", "at_least": 30}, {"kind": "agrees"},
         {"not": {"kind": "tag", "one_of": ["3"]}}),
        lambda at: (coupons("1", usable(at.instant(at.at))), Row(f"f.last_order_at < {at.began(29)}"), agrees(), tag(3, among=False)),
    ),
    Asked(
        "coupons, small sales, weekends",
        ({"kind": "coupon_used", "one_of": ["1", "2"], "days": 90}, {"kind": "average", "at_most": "60.00"},
         {"kind": "visits", "at_least": 3}, {"kind": "weekends", "at_least": 50}),
        lambda at: (coupons("1, 2", f"state = 'redeemed' AND redeemed_at >= {at.began(89)}"),
                    Row("f.orders > 0 AND f.spent <= 6000 * f.orders"), Row("f.visits >= 3"), Row("f.weekends >= 50")),
    ),
    Asked(
        "babies of half a year to one and a half",
        ({"kind": "child_age", "at_least": 6, "at_most": 18}, {"kind": "agrees"}, {"kind": "category", "one_of": ["1"]},
         {"kind": "spent_lately", "days": 180, "at_least": "100.00"}),
        lambda at: (Set("children", f"quiet_at IS NULL AND member_id IN ({ANYBODY}) AND born_on <= {month(at, 6)} AND "
                                    f"born_on > {month(at, 19)}"),
                    agrees(), bought("category_id = 1"), orders_since(at.day(-179), "sum(paid - refunded) >= 10000")),
    ),
    Asked(
        "soon mothers",
        ({"kind": "stage", "one_of": ["late"]}, {"kind": "reachable"}, {"kind": "agrees"}, {"kind": "points", "at_least": 50}),
        lambda at: (Set("pregnancies", f"state = 'expecting' AND due_on <= {at.day(280 - 196)} AND due_on >= {at.day(0)} AND member_id IN "
                                       "(SELECT member_id FROM consents WHERE kind = 'health' AND withdrawn_at IS NULL)"),
                    REACHABLE, agrees(), held("points_accounts", "balance >= 50")),
    ),
    Asked(
        "the best, before their birthday, not written to",
        ({"kind": "rfm", "one_of": ["champion", "keep"]}, {"kind": "birthday", "at_most": 30}, {"kind": "agrees"},
         {"not": {"kind": "messaged", "days": 30, "one_of": ["marketing"]}}),
        lambda at: (Row("f.orders_year >= 4 AND f.spent_year >= 50000 AND f.last_order_at IS NOT NULL"),
                    Row(f"f.birthday_on >= {at.day(0)} AND f.birthday_on <= {at.day(30)}"), agrees(),
                    Set("messages", f"created_at >= {at.began(29)} AND category = 'marketing'", among=False)),
    ),
    Asked(
        "two own fields",
        ({"kind": "field.own_0", "at_least": "500"}, {"kind": "field.own_3", "one_of": ["sweet"]}, {"kind": "orders", "at_least": 2},
         {"kind": "agrees"}),
        lambda _: (answered(0, "number >= 500000"), answered(3, "words = 'sweet'"), Row("f.orders >= 2"), agrees()),
    ),
    Asked(
        "one of two, and here lately",
        ({"any": [{"kind": "field.own_4"}, {"kind": "tag", "one_of": ["5"]}]}, {"kind": "spent", "at_least": "100.00"},
         {"kind": "gender", "one_of": ["female"]}, {"kind": "last_visit", "at_most": 90}),
        lambda at: (Either((answered(4, "number = 1"), tag(5))),
                    Row("f.spent >= 10000"), Row("m.gender = 'female'", profile=True), Row(f"f.last_order_at >= {at.began(90)}")),
    ),
    Asked(
        "weekend afternoons",
        ({"kind": "weekday", "one_of": ["5", "6"]}, {"kind": "hour", "at_least": 14, "at_most": 17}, {"kind": "visits", "at_least": 4},
         {"kind": "average", "at_least": "80.00"}, {"kind": "source", "one_of": ["walk_in"]}),
        lambda _: (Row("f.weekday IN (5, 6)"), Row("f.hour BETWEEN 14 AND 17"), Row("f.visits >= 4"),
                   Row("f.orders > 0 AND f.spent >= 8000 * f.orders"), Row("m.source = 'walk_in'", profile=True)),
    ),
    Asked(
        "never bought, may be written to",
        ({"kind": "orders", "at_most": 0}, {"kind": "joined", "at_least": 30}, {"kind": "agrees"}, {"kind": "reachable"}),
        lambda at: (Row("f.orders <= 0"), Row(f"m.joined_at < {at.began(29)}", profile=True), agrees(), REACHABLE),
    ),
    Asked(
        "points that end soon",
        ({"kind": "points_expiring", "days": 30, "at_least": 500}, {"kind": "last_visit", "at_least": 30}, {"kind": "agrees"},
         {"kind": "tier", "one_of": ["1", "2"]}),
        lambda at: (Set("points_lots", f"\"left\" > 0 AND expires_at > {at.instant(at.at)} AND expires_at <= {at.began(-31)}",
                        having='sum("left") >= 500', once=True),
                    Row(f"f.last_order_at < {at.began(29)}"), agrees(), tiers(1, 2)),
    ),
    Asked(
        "one favourite, and not the other",
        ({"kind": "favourite_product", "one_of": ["1"]}, {"not": {"kind": "product", "one_of": ["2"]}}, {"kind": "visits", "at_least": 2},
         {"kind": "store", "one_of": ["2", "3"]}),
        lambda _: (Row("f.favourite_product_id = 1"), Set("member_products", "product_id = 2", among=False), Row("f.visits >= 2"),
                   Row("m.store_id IN (2, 3)", profile=True)),
    ),
    Asked(
        "read and did not come",
        ({"kind": "opened", "days": 60, "one_of": ["care"]}, {"not": {"kind": "orders_lately", "days": 60, "at_least": 1}},
         {"kind": "agrees"}, {"kind": "orders", "at_least": 1}),
        lambda at: (messages(f"read_at >= {at.began(59)}", "care"), orders_since(at.day(-59), "count(*) >= 1", among=False), agrees(),
                    Row("f.orders >= 1")),
    ),
    Asked(
        "a child's day, and no stored value",
        ({"kind": "milestone", "one_of": ["birthday", "first_birthday"], "at_most": 14}, {"kind": "children", "at_least": 1},
         {"kind": "agrees"}, {"kind": "wallet", "at_most": "0.00"}),
        lambda at: (Row(f"f.milestone IN ('birthday', 'first_birthday') AND f.milestone_on >= {at.day(0)} AND "
                        f"f.milestone_on <= {at.day(14)}"),
                    Set("children", f"quiet_at IS NULL AND member_id IN ({ANYBODY})", having="count(*) >= 1", once=True), agrees(),
                    held("wallet_accounts", "principal + bonus > 0", among=False)),
    ),
    Asked(
        "faithful, and never given anything",
        ({"not": {"kind": "tag", "one_of": [str(each) for each in range(1, 9)]}}, {"not": {"kind": "coupon", "one_of": ["1", "2", "3"]}},
         {"kind": "spent", "at_least": "300.00"}, {"kind": "first_visit", "at_least": 365}),
        lambda at: (tag(*range(1, 9), among=False), coupons("1, 2, 3", usable(at.instant(at.at)), among=False), Row("f.spent >= 30000"),
                    Row(f"f.first_order_at < {at.began(364)}")),
    ),
)  # fmt: skip


def month(at: Moment, age: int) -> str:
    """The last day on which somebody was born who is so many months old; what a month later does not have rolls on."""
    day = at.today
    while (later := _months_on(day, age)) > at.today or (
        later <= at.today and _months_on(day + timedelta(days=1), age) <= at.today
    ):
        day -= timedelta(days=1) if later > at.today else timedelta(days=-1)
    return f"'{day}'"


def _months_on(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    try:
        return date(count // 12, count % 12 + 1, day.day)
    except ValueError:
        return date((count + 1) // 12, (count + 1) % 12 + 1, 1)


def ways(parts: tuple[Part, ...], engine: str) -> list[str]:
    """Statements that find the ids of this segment, each in another way."""
    found = list(_ways(parts, engine))
    plain = [each.replace("GROUP BY +", "GROUP BY ") for each in found]
    return plain if engine == "postgresql" else list(dict.fromkeys([*found, *plain]))


def _ways(parts: tuple[Part, ...], engine: str) -> Iterator[str]:
    rows = [part for part in parts if isinstance(part, Row)]
    either = [part for part in parts if isinstance(part, Either)]
    sets = [part for part in parts if isinstance(part, Set)] + [each.union() for each in either]
    facts = "member_facts f" + (" JOIN members m ON m.id = f.member_id" if any(row.profile for row in rows) else "")
    tests = [f"({row.sql})" for row in rows]
    weak = [f"+{test}" if engine == "sqlite" else test for test in tests]
    alone = [
        [test if test is only else f"+{test}" for test in tests] for only in tests
    ]  # only one of them by its index
    for told in (weak, tests, *alone) if engine == "sqlite" else (tests,):
        for probe in ("one", "plus", "in") if engine == "sqlite" else ("in", "one"):
            for missing in ("one", "in"):
                yield _scan(facts, told, [_asked(each, probe, missing) for each in sets])
                if either:
                    yield _scan(
                        facts, told, [_asked(each, probe, missing) for each in parts if not isinstance(each, Row)]
                    )
        yield _intersected(facts, told, sets)
    for driver in (each for each in sets if each.among):
        for probe in ("in", "one"):
            others = [_asked(each, probe, "one") for each in sets if each is not driver]
            yield _driven(driver, facts, weak, others)


def _asked(part: Set | Either, probe: str, missing: str) -> str:
    if isinstance(part, Either):
        return f"({' OR '.join(_asked(each, probe, missing) for each in part.sets)})"
    if not part.among:
        return f"NOT {part.one()}" if missing == "one" else f"f.member_id NOT IN ({part.all()})"
    plus = "+" if probe == "plus" else ""
    return part.one() if probe == "one" else f"{plus}f.member_id IN ({part.all()})"


def _scan(facts: str, rows: list[str], sets: list[str]) -> str:
    return f"SELECT f.member_id FROM {facts} WHERE {' AND '.join(['f.living', *rows, *sets])}"


def _intersected(facts: str, rows: list[str], sets: list[Set]) -> str:
    found = [_scan(facts, rows, [])] + [each.all() for each in sets if each.among]
    less = "".join(f" EXCEPT {each.all()}" for each in sets if not each.among)
    wrapped = [f"SELECT member_id FROM ({each}) AS s{place}" for place, each in enumerate(found)]
    return f"SELECT f.member_id FROM ({' INTERSECT '.join(wrapped)}{less}) AS f"


def _driven(driver: Set, facts: str, rows: list[str], others: list[str]) -> str:
    first = driver.all() if driver.once else driver.all().replace("SELECT ", "SELECT DISTINCT ", 1)
    joined = facts.replace("member_facts f", f"({first}) AS d CROSS JOIN member_facts f")
    return f"SELECT f.member_id FROM {joined} WHERE {' AND '.join(['f.member_id = d.member_id', 'f.living', *rows, *others])}"


def counting(way: str) -> str:
    """How many a way finds."""
    return way.replace("SELECT f.member_id FROM", "SELECT count(*) FROM", 1)


def paging(way: str) -> str:
    """The newest of those a way finds."""
    return f"{way} ORDER BY f.member_id DESC LIMIT {PAGE}"
