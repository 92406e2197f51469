"""Every route × method × everybody who may come, with the real ids of somebody else's things, against the table of who may do what.

The routes are the product's own; whoever adds one says in `access_table.py` who may come in. What is refused tells nothing and changes
nothing; what is open tells nothing of other stores, and to members nothing of each other.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from services import wiring
from tests.cast import Cast
from tests.webapp.access_table import ROLES, TABLE
from tests.webapp.asking import EVERYTHING, IDLE, Asker, Programs, Walk, Way, people, ways
from tests.webapp.foreign import Foreign, changes, make_foreign, rows_now

Record = Callable[[str, object], None]
EXPORTED = "'members:export'"  # a member who reads everything about themselves: that is written down
SOUTH = ("the cashier of another store", "the owner of another store")


@pytest.fixture
def foreign(shop: Cast) -> Foreign:
    return make_foreign(shop)


def test_every_endpoint_is_in_the_table_and_nothing_else(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert {rule.endpoint for rule in rules} == TABLE.keys(), "say in tests/webapp/access_table.py who may come in"
    words = {word for line in TABLE.values() for word in re.split(r"\+| or ", re.sub(r" @\w+", "", line))}
    assert words <= EVERYTHING | IDLE
    unsaid = {rule.endpoint for rule in rules if rule.arguments and "@" not in TABLE[rule.endpoint]}
    assert not unsaid, "an address names something: say whose it is"


def test_every_value_in_an_address_is_that_of_something_real(foreign: Foreign, app: Flask) -> None:
    named = {argument for rule in app.url_map.iter_rules() for argument in rule.arguments}
    assert named <= foreign.ids.keys(), "an address names something: let tests/webapp/foreign.py make one"


def test_the_first_roles_may_what_the_table_says() -> None:
    assert {name: set(wiring.ROLES[name]) for name in ROLES} == ROLES
    assert wiring.ROLES["owner"] == {"all"}


def test_nobody_comes_where_they_may_not_and_nothing_comes_out(
    foreign: Foreign, app: Flask, record_property: Record
) -> None:
    everybody, found = people(foreign), ways(app)
    told = walk_all(foreign, [(asker, way) for way in found for asker in everybody])
    record_property("access of people", f"{len(TABLE)} endpoints, {len(found)} ways × {len(everybody)} people: {told}")


def test_a_token_opens_what_its_scopes_name_and_no_more(foreign: Foreign, app: Flask, record_property: Record) -> None:
    found = ways(app)
    programs = Programs(foreign.shop, found)
    told = walk_all(foreign, [(asker, way) for way in found for asker in programs.of(way)])
    record_property("access of programs", f"{len(TABLE)} endpoints, {len(found)} ways, {len(programs)} tokens: {told}")


def walk_all(foreign: Foreign, steps: list[tuple[Asker, Way]]) -> str:
    """First whatever is refused, which writes nothing at all; then every page that is open: only an export is written down."""
    refused, read, before = Walk(foreign), Walk(foreign), rows_now()
    refused.go((asker, way) for asker, way in steps if way.expects(asker) != "in")
    written = changes(before, rows_now())
    read.go((asker, way) for asker, way in steps if way.expects(asker) == "in" and way.method == "GET")
    written += [row for row in changes(before, rows_now()) if EXPORTED not in row and row not in written]
    wrong = refused.wrong + read.wrong
    assert not wrong, "\n".join(wrong)
    assert not written, "\n".join(written)
    return f"{refused.asked} refused, {read.asked} pages read; 0 wrong or leaking answers, 0 writes"


def test_who_works_in_the_south_changes_nothing_of_the_east(
    foreign: Foreign, app: Flask, record_property: Record
) -> None:
    """But by erasing a member, who is the whole shop's."""
    walk, changed = write(foreign, app, *SOUTH, but="erase_member", store_id=foreign.shop.east.id)
    record_property(
        "access of the south", f"{walk.asked} writes that are allowed, naming the east: {len(changed)} changes there"
    )
    assert not walk.wrong, "\n".join(walk.wrong)
    assert not changed, "\n".join(changed)


def test_a_member_changes_nothing_of_another(foreign: Foreign, app: Flask, record_property: Record) -> None:
    """But by links that were given away."""
    walk, changed = write(foreign, app, "nobody", "another member", but="@link", member_id=foreign.till.member.id)
    record_property(
        "access of members", f"{walk.asked} writes that are allowed, naming another: {len(changed)} changes there"
    )
    assert not walk.wrong, "\n".join(walk.wrong)
    assert not changed, "\n".join(changed)


@pytest.mark.parametrize("name", ["the kitchen", "the cashier", "the manager", "the owner", "the member"])
def test_who_may_comes_in(foreign: Foreign, app: Flask, name: str, record_property: Record) -> None:
    walk, _ = write(foreign, app, name)
    record_property(f"access of {name}", f"{walk.asked} writes that are allowed")
    assert not walk.wrong, "\n".join(walk.wrong)


def write(foreign: Foreign, app: Flask, *names: str, but: str = "-", **whose: int) -> tuple[Walk, list[str]]:
    """Let them do everything that they may, but for some; what that changes of the rows of a store or of a member."""
    askers = [asker for asker in people(foreign) if asker.name in names]
    walk, before = Walk(foreign), rows_now(**whose)
    found = [way for way in ways(app) if way.method != "GET" and but not in f"{way.rule.endpoint} {way.line}"]
    walk.go((asker, way) for way in found for asker in askers if way.expects(asker) == "in")
    return walk, changes(before, rows_now(**whose)) if whose else []


def test_no_list_shows_what_belongs_to_somebody_else(foreign: Foreign, app: Flask, record_property: Record) -> None:
    """Asked for by everything that could lead there: the store, the member, the words. The cashier sees no more than the owner."""
    asks: tuple[dict[str, str], ...] = (
        {"store": foreign.ids["store_id"]},
        {"member": foreign.ids["member_id"]},
        {"q": foreign.ids["number"], "number": foreign.ids["number"], "text": foreign.ids["number"]},
        {"actor": foreign.ids["staff_id"], "day": foreign.ids["day"]},
    )
    askers = [asker for asker in people(foreign) if asker.name in {"nobody", "another member", SOUTH[1]}]
    walk, before = Walk(foreign), rows_now()
    for way in ways(app):
        for asker in askers if way.method == "GET" and not way.rule.arguments else ():
            for query in asks if way.expects(asker) == "in" else ():
                walk.step(asker, way, query)
    written = [row for row in changes(before, rows_now()) if EXPORTED not in row]
    record_property("access to lists", f"{walk.asked} lists, {len(walk.wrong)} leaks, {len(written)} writes")
    assert not walk.wrong, "\n".join(walk.wrong)
    assert not written, "\n".join(written)
