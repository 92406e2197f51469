"""Every kind of condition finds those whom plain Python finds (tests/oracles/segments.py), in trees of any shape."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from services.segments.kinds import Among, Kind
from services.segments.kinds.kind import facts
from services.segments.queries import (
    count_meeting,
    find_meeting,
    list_meeting,
    load_catalogue,
    load_scene,
    plans,
    preview,
    read_tree,
)
from services.segments.queries.plans import in_sets, one_by_one, select_members
from services.segments.rules.parameters import BOUNDS, Between, Chosen, Period, Written, Yes
from services.shared import database
from tests.cast import Cast
from tests.crowd import Crowd, gather
from tests.oracles.segments import meets

ROUNDS, TREES = 30, 250
NUMBERS = (-20, 0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 14, 29, 30, 31, 42, 50, 59, 60, 61, 89, 90, 100, 364, 365, 500, 701)
MONEY = ("0.00", "0.01", "50.00", "99.00", "100.00", "200.00", "500.00", "1250.50")


@pytest.fixture
def crowd(shop: Cast) -> Crowd:
    return gather(shop, 7)


def ask(kind: Kind, dice: Random, crowd: Crowd) -> dict[str, Any]:
    """A random condition of this kind."""
    asked: dict[str, Any] = {"kind": kind.name}
    for parameter in kind.parameters:
        match parameter:
            case Between(unit, required):
                asked |= between(unit, dice) if required or dice.random() < 0.5 else {}
            case Chosen(of, fixed):
                options = crowd.ids[of] if fixed is None else list(fixed)
                asked["one_of"] = dice.sample(options, dice.randint(1, len(options)))
            case Period(required):
                asked |= {"days": dice.choice((1, 7, 30, 31, 60, 365, 800))} if required or dice.random() < 0.5 else {}
            case Yes():
                asked["is"] = dice.choice((True, False))
            case Written():
                asked["is"] = dice.choice(("hell", "%", "_", "再", "O"))
    return asked


def between(unit: str, dice: Random) -> dict[str, Any]:
    low, high = BOUNDS[unit]
    options: Any = MONEY if unit in {"money", "number"} else [each for each in NUMBERS if low <= each <= high]
    ends = sorted((dice.choice(options), dice.choice(options)), key=float)
    return dice.choice(
        ({"at_least": ends[0]}, {"at_most": ends[1]}, dict(zip(("at_least", "at_most"), ends, strict=True)))
    )


def grow(catalogue: Mapping[str, Kind], dice: Random, crowd: Crowd, depth: int = 0) -> dict[str, Any]:
    """A random tree."""
    shape = dice.choice(("kind", "kind", "all", "any", "not")) if depth < 4 else "kind"
    if shape == "kind":
        return ask(catalogue[dice.choice(sorted(catalogue))], dice, crowd)
    if shape == "not":
        return {"not": grow(catalogue, dice, crowd, depth + 1)}
    return {shape: [grow(catalogue, dice, crowd, depth + 1) for _ in range(dice.randint(1, 3))]}


def found_both_ways(session: Any, tree: dict[str, Any], crowd: Crowd) -> Iterator[set[int]]:
    node, scene = read_tree(session, tree), load_scene(session, at=crowd.world.at)
    for look in (in_sets, one_by_one):
        yield set(session.scalars(select_members(node, scene, look)))
    for few in (0, plans.FEW):  # as a million members would be asked
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(plans, "MANY", 0)
            patched.setattr(plans, "FEW", few)
            yield set(session.scalars(plans.plan(session, node, scene, max(each.id for each in crowd.people))))


def test_every_kind_finds_whom_plain_python_finds(crowd: Crowd) -> None:
    dice, empty = Random(1), []
    with database.reading() as session:
        for kind in load_catalogue(session).values():
            sizes = set()
            for _ in range(ROUNDS):
                tree = ask(kind, dice, crowd)
                expected = {person.id for person in crowd.people if meets(tree, person, crowd.world)}
                for found in found_both_ways(session, tree, crowd):
                    assert found == expected, tree
                sizes.add(len(expected))
            empty += [] if sizes - {0, len(crowd.people)} else [kind.name]
    assert not empty, "kinds of which nothing was learnt"


def test_trees_of_any_shape_find_whom_plain_python_finds(crowd: Crowd) -> None:
    dice = Random(2)
    with database.reading() as session:
        catalogue = load_catalogue(session)
        for _ in range(TREES):
            tree = grow(catalogue, dice, crowd)
            expected = {person.id for person in crowd.people if meets(tree, person, crowd.world)}
            for found in found_both_ways(session, tree, crowd):
                assert found == expected, tree


def test_counting_pages_and_looking_up_agree(crowd: Crowd) -> None:
    dice, everybody = Random(3), [person.id for person in crowd.people]
    with database.reading() as session:
        catalogue, scene = load_catalogue(session), load_scene(session, at=crowd.world.at)
        for _ in range(40):
            tree = grow(catalogue, dice, crowd)
            node = read_tree(session, tree)
            expected = sorted(
                (each for each in crowd.people if meets(tree, each, crowd.world)), key=lambda each: -each.id
            )
            ids = [each.id for each in expected]
            count = count_meeting(session, node, scene)
            assert count == len(ids)
            assert find_meeting(session, node, scene, everybody) == set(ids)
            for known in (None, count):
                first = list_meeting(session, node, scene, limit=5, count=known)
                rest = list_meeting(session, node, scene, after=first[-1], limit=500, count=known) if first else []
                assert first + rest == ids, tree


def test_a_preview_says_how_many_are_left_after_each_condition(crowd: Crowd) -> None:
    tree = {"all": [{"kind": "orders", "at_least": 1}, {"kind": "agrees"}, {"not": {"kind": "reachable"}}]}
    steps = [
        sum(meets({"all": tree["all"][:length]}, person, crowd.world) for person in crowd.people)
        for length in (1, 2, 3)
    ]
    with database.reading() as session:
        told = preview(session, read_tree(session, tree), load_scene(session, at=crowd.world.at))
    assert (told.steps, told.count, told.everybody) == (steps, steps[-1], len(crowd.people))
    assert len({card.id for card in told.sample}) == 3


def test_a_list_of_ids_never_has_an_empty_place(crowd: Crowd) -> None:
    """`NOT IN` of a list with NULL in it finds nobody."""
    dice = Random(4)
    with database.reading() as session:
        scene = load_scene(session, at=crowd.world.at)
        for kind in load_catalogue(session).values():
            tree = read_tree(session, ask(kind, dice, crowd))
            test = kind.test(tree.values, scene)  # type: ignore[union-attr]
            if isinstance(test, Among):
                assert None not in session.scalars(test.everybody).all(), kind.name
        assert session.scalar(select(facts.c.living).limit(1)) is not None
