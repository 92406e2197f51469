"""Trees of conditions: read from JSON with every mistake beside its node, told as JSON again. Pure.

`{"all": [{"kind": "spent", "at_least": "200.00"}, {"not": {"kind": "tag", "one_of": ["3"]}}]}`. The path of a node is the names and
places that lead to it: `conditions.all.1.not.one_of`. An empty `all` at the top is everybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from services.shared.refusals import Invalid
from services.shared.words import N_

ALL, ANY_OF, NOT, KIND = "all", "any", "not", "kind"
TOP = "conditions"
DEEPEST, MOST = 30, 100  # levels, nodes


class Asking(Protocol):
    """A kind, as far as a tree has to know it."""

    @property
    def name(self) -> str: ...

    @property
    def permission(self) -> str: ...

    def read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """What was sent, as values. Raises Invalid with the mistakes by field."""

    def told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as JSON."""


@dataclass(frozen=True)
class Condition:
    """One condition: its kind and what it asks."""

    kind: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """All (`word`: all) or at least one (any) of its parts."""

    word: str
    parts: "tuple[Node, ...]" = ()


@dataclass(frozen=True)
class Not:
    """The opposite of its part."""

    part: "Node"


Node = Condition | Group | Not
EVERYBODY = Group(ALL)


def read(raw: Any, catalogue: Mapping[str, Asking]) -> Node:
    """The tree that `raw` (JSON) means. Raises Invalid with the words by the path of each mistake."""
    reader = _Reader(catalogue)
    node = reader.node(raw, TOP, 0)
    if reader.mistakes:
        raise Invalid(reader.mistakes, "conditions_invalid")
    return node


def tell(node: Node) -> dict[str, Any]:
    """The tree as JSON; `read` takes it back."""
    match node:
        case Group(word, parts):
            return {word: [tell(part) for part in parts]}
        case Not(part):
            return {NOT: tell(part)}
        case Condition(kind, values):
            return {KIND: kind.name, **kind.told(values)}


def walk(node: Node) -> Iterator[Condition]:
    """Every condition of the tree."""
    match node:
        case Group(_, parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case Condition():
            yield node


def permissions_of(node: Node) -> set[str]:
    """What somebody must be allowed to read in order to use this tree: nobody learns by a condition what they may not see."""
    return {condition.kind.permission for condition in walk(node)}


class _Reader:
    """Reads on where something is wrong, so that every mistake is told at once."""

    def __init__(self, catalogue: Mapping[str, Asking]) -> None:
        self.catalogue = catalogue
        self.mistakes: dict[str, list[str]] = {}
        self.count = 0

    def node(self, raw: Any, path: str, depth: int) -> Node:
        self.count += 1
        if depth > DEEPEST or self.count > MOST:
            return self._wrong(path, N_("条件太多或太深了，拆成两个客群试试"))
        if not isinstance(raw, Mapping):
            return self._wrong(path, N_("这个条件看不懂，请重新选择"))
        word = next((each for each in (KIND, ALL, ANY_OF, NOT) if each in raw), None)
        if word is None or (word != KIND and len(raw) != 1):
            return self._wrong(path, N_("这个条件看不懂，请重新选择"))
        if word == KIND:
            return self._condition(raw, path)
        if word == NOT:
            return Not(self.node(raw[NOT], f"{path}.{NOT}", depth + 1))
        return self._group(word, raw[word], path, depth)

    def _group(self, word: str, parts: Any, path: str, depth: int) -> Node:
        if not isinstance(parts, list):
            return self._wrong(path, N_("这个条件看不懂，请重新选择"))
        if not parts and (word == ANY_OF or depth):
            return self._wrong(path, N_("这一组里还没有条件"))
        read_parts = []
        for place, part in enumerate(parts):
            if self.count > MOST:
                break
            read_parts.append(self.node(part, f"{path}.{word}.{place}", depth + 1))
        return Group(word, tuple(read_parts))

    def _condition(self, raw: Mapping[str, Any], path: str) -> Node:
        kind = self.catalogue.get(str(raw[KIND]))
        if kind is None:
            return self._wrong(f"{path}.{KIND}", N_("没有这种条件"))
        try:
            return Condition(kind, kind.read({name: value for name, value in raw.items() if name != KIND}))
        except Invalid as refusal:
            self.mistakes |= {f"{path}.{name}": words for name, words in refusal.errors.items()}
            return EVERYBODY

    def _wrong(self, path: str, words: str) -> Node:
        self.mistakes[path] = [words]
        return EVERYBODY
