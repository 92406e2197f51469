"""A tree while it is being written: what a form holds, with conditions that are still to be filled in.

Nodes have the names of their places: `t` is the outermost group, `t-0` its first part, `t-0-2` the third of that one. A field of a node
is `t-0.at_least`; `t-0.not` turns the node into its opposite.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.segments.rules.trees import ALL, ANY_OF, DEEPEST, KIND, NOT, TOP

_NAME = re.compile(rf"(t(?:-\d{{1,3}}){{0,{DEEPEST}}})\.([a-z_]{{1,20}})")
_ADD, _GROUP, _DROP = "add", "group", "drop"
MOST = 100


@dataclass
class Draft:
    """A node: a group (`word`) with parts, or a condition of a `kind` with its fields. `at` is the path of the same node in the tree."""

    name: str
    word: str = ""
    kind: str = ""
    opposite: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    parts: "list[Draft]" = field(default_factory=list)
    at: str = TOP


def of_form(values: Mapping[str, Any]) -> Draft:
    """The tree that a form holds."""
    found: dict[str, dict[str, Any]] = {"t": {"word": ALL}}
    for key, value in list(values.items())[: MOST * 8]:
        match = _NAME.fullmatch(key)
        if match:
            found.setdefault(match[1], {})[match[2]] = value
    nodes = {name: _node(name, told) for name, told in found.items()}
    for name in sorted(nodes, key=_place)[1:]:
        parent = nodes.get(name.rpartition("-")[0])
        if parent is not None and parent.word:
            parent.parts.append(nodes[name])
    return nodes["t"]


def of_tree(tree: Mapping[str, Any], name: str = "t") -> Draft:
    """A tree as a form holds it; the outermost node is always a group."""
    opposite = False
    while NOT in tree:
        opposite, tree = not opposite, tree[NOT]
    if KIND in tree:
        fields = {key: _as_typed(value) for key, value in tree.items() if key != KIND}
        leaf = Draft(name, kind=tree[KIND], fields=fields, opposite=opposite)
        return leaf if name != "t" else Draft("t", word=ALL, parts=[_renamed(leaf, "t-0")])
    word = ALL if ALL in tree else ANY_OF
    parts = [of_tree(part, f"{name}-{place}") for place, part in enumerate(tree[word])]
    return Draft(name, word=word, opposite=opposite, parts=parts)


def to_tree(draft: Draft, *, without: Collection[str] = (), at: str = TOP) -> dict[str, Any]:
    """The draft as a tree; each node learns its path. Conditions and groups named in `without` are left out."""
    draft.at = at
    inner = f"{at}.{NOT}" if draft.opposite else at
    if draft.word:
        parts = [part for part in draft.parts if part.name not in without]
        told: dict[str, Any] = {
            draft.word: [
                to_tree(part, without=without, at=f"{inner}.{draft.word}.{place}") for place, part in enumerate(parts)
            ]
        }
    else:
        told = {KIND: draft.kind, **draft.fields}
    draft.at = inner
    return {NOT: told} if draft.opposite else told


def unfinished(draft: Draft, mistakes: Mapping[str, Any]) -> set[str]:
    """The names of the conditions that something is wrong with, and of groups in which nothing else is left."""
    if draft.kind:
        return {draft.name} if any(path.startswith(f"{draft.at}.") for path in mistakes) else set()
    found = {name for part in draft.parts for name in unfinished(part, mistakes)}
    empty = all(part.name in found for part in draft.parts)
    return found | ({draft.name} if empty and draft.name != "t" else set())


def act(draft: Draft, asked: Mapping[str, Any]) -> Draft:
    """What was tapped: `do` adds a group or drops a node; a kind chosen in `t-0.add` becomes a condition of that group."""
    verb, _colon, name = str(asked.get("do", "")).partition(":")
    for group in _groups(draft):
        kind = group.fields.pop(_ADD, "")
        if kind:
            group.parts.append(Draft("", kind=kind))
        if verb == _GROUP and group.name == name:
            group.parts.append(Draft("", word=ANY_OF if group.word == ALL else ALL))
        if verb == _DROP:
            group.parts = [part for part in group.parts if part.name != name]
    return _renamed(draft, "t")


def _groups(draft: Draft) -> list[Draft]:
    inner = [group for part in draft.parts for group in _groups(part)]
    return [draft, *inner] if draft.word else inner


def _renamed(draft: Draft, name: str) -> Draft:
    draft.name = name
    draft.parts = [_renamed(part, f"{name}-{place}") for place, part in enumerate(draft.parts)]
    return draft


def _node(name: str, told: Mapping[str, Any]) -> Draft:
    rest = {key: value for key, value in told.items() if key not in {"word", "kind", "not"}}
    word, kind = str(told.get("word", "")), str(told.get("kind", ""))
    group = word in {ALL, ANY_OF} or not kind
    return Draft(
        name, word=(word if word in {ALL, ANY_OF} else ALL) if group else "", kind="" if group else kind,
        opposite=bool(told.get("not")), fields=rest,
    )  # fmt: skip


def _place(name: str) -> list[int]:
    return [int(each) for each in name.split("-")[1:]]


def _as_typed(value: Any) -> Any:
    """A yes or no as its field holds it; lists and numbers as they are."""
    return ("1" if value else "0") if isinstance(value, bool) else value
