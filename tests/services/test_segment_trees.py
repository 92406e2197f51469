"""Trees of conditions: read and told, every mistake beside its node."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest

from services.family.permissions import CHILDREN_REVEAL
from services.members.permissions import MEMBERS_READ
from services.segments.kinds import CATALOGUE
from services.segments.rules import trees
from services.segments.rules.trees import Condition, Group, Not
from services.shared.refusals import Invalid

SPENT = {"kind": "spent", "at_least": "200.00"}
TAG = {"kind": "tag", "one_of": ["3", "4"]}


def read(raw: Any) -> trees.Node:
    return trees.read(raw, CATALOGUE)


def mistakes(raw: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        read(raw)
    return refused.value.errors


def test_a_tree_is_told_as_it_was_read() -> None:
    raw = {"all": [SPENT, {"any": [TAG, {"not": {"kind": "agrees", "is": True}}]}]}
    node = read(raw)
    assert trees.tell(node) == raw
    assert isinstance(node, Group)
    assert node.parts[0] == Condition(CATALOGUE["spent"], {"at_least": 20_000})


def test_what_is_empty_is_as_good_as_not_sent() -> None:
    node = read({"kind": "spent", "at_least": "200", "at_most": "", "days": None})
    assert trees.tell(node) == SPENT


def test_every_mistake_stands_beside_its_node() -> None:
    raw = {
        "all": [
            {"kind": "spent"},
            {"not": {"any": [{"kind": "weather"}, TAG | {"one_of": ["x"]}, {"kind": "orders", "at_least": 3, "at_most": 1}]}},
            {"kind": "gender", "one_of": ["cat"]},
            {"kind": "tag", "one_of": []},
            {"kind": "orders", "at_least": 1, "colour": "red"},
        ]
    }  # fmt: skip
    assert mistakes(raw) == {
        "conditions.all.0.at_least": ["请填写"],
        "conditions.all.1.not.any.0.kind": ["没有这种条件"],
        "conditions.all.1.not.any.1.one_of": ["没有找到"],
        "conditions.all.1.not.any.2.at_most": ["要比前面的大"],
        "conditions.all.2.one_of": ["请从列表里选"],
        "conditions.all.3.one_of": ["至少选一个"],
        "conditions.all.4.colour": ["没有这一项"],
    }


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], "conditions"), ("all", "conditions"), (None, "conditions"), ({}, "conditions"), ({"any": []}, "conditions"),
        ({"all": [], "any": []}, "conditions"), ({"all": {}}, "conditions"), ({"all": [{"all": []}]}, "conditions.all.0"),
        ({"all": [3]}, "conditions.all.0"), ({"not": None}, "conditions.not"), ({"kind": ["spent"]}, "conditions.kind"),
    ],
)  # fmt: skip
def test_what_is_no_tree_is_told_where_it_is_none(raw: Any, path: str) -> None:
    assert list(mistakes(raw)) == [path]


def test_everybody_is_an_empty_all() -> None:
    assert read({"all": []}) == trees.EVERYBODY


def test_too_deep_and_too_many_are_refused_without_a_hang() -> None:
    deep: dict[str, Any] = SPENT
    for _ in range(5000):
        deep = {"not": deep}
    assert len(mistakes(deep)) == 1
    assert mistakes({"all": [SPENT] * 100_000})
    fits: dict[str, Any] = SPENT
    for _ in range(trees.DEEPEST):
        fits = {"not": fits}
    assert isinstance(read(fits), Not)


def test_a_tree_needs_what_its_conditions_tell_of() -> None:
    node = read({"all": [SPENT, {"not": {"kind": "child_age", "at_most": 6}}]})
    assert trees.permissions_of(node) == {MEMBERS_READ, CHILDREN_REVEAL}


WORDS: list[Any] = [
    "all",
    "any",
    "kind",
    "spent",
    "tag",
    "agrees",
    "one_of",
    "at_least",
    "",
    None,
    3,
    -1,
    2.5,
    True,
    "1e9",
    "９",
    [],
    {},
    ["3"],
]


def noise(dice: Random, depth: int = 0) -> Any:
    """Something that looks like a tree, and often is none."""
    match dice.randrange(6) if depth < 4 else 5:
        case 0 | 1 | 2:
            parts = [noise(dice, depth + 1) for _ in range(dice.randrange(3))]
            return {dice.choice(("all", "any")): parts}
        case 3:
            return {"not": noise(dice, depth + 1)}
        case 4:
            return dice.choice(WORDS)
    kind = dice.choice(("spent", "tag", "agrees", "weather"))
    return {"kind": kind, dice.choice(("one_of", "at_least", "is", "days")): dice.choice(WORDS)}


def test_whatever_is_sent_is_a_tree_or_is_refused() -> None:
    dice, told = Random(11), []
    for _ in range(5000):
        with suppress(Invalid):
            told.append(trees.tell(read(noise(dice))))
    assert 100 < len(told) < 4900
    assert all(trees.tell(read(each)) == each for each in told)
