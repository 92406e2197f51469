"""The product's own source as trees, for tests about the house itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, path and tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def domain(self) -> str:
        """`loyalty` for services.loyalty.rules, else an empty string."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "services" and len(parts) > 1 else ""

    @property
    def room(self) -> str:
        """The file's role inside its domain: `commands` also for services.checkout.commands.scan."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Every function at the top of the file."""
        yield from (node for node in self.tree.body if isinstance(node, ast.FunctionDef))

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def imported(self) -> Iterator[str]:
        """Every module this file imports, by dotted name (a name imported from a package counts as a module too)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def modules(*roots: str) -> tuple[Module, ...]:
    """All modules below these folders of the repository."""
    found = []
    for root in roots:
        for path in sorted((ROOT / root).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(name, path, ast.parse(path.read_text())))
    return tuple(found)


def dotted(node: ast.expr) -> str:
    """`datetime.now` of the expression `datetime.now`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
