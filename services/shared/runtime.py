"""What one process runs with: configuration, keys, engine. Set once at start, before any work."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from services.shared.config import Config
from services.shared.keys import Keys


@dataclass(frozen=True)
class Runtime:
    """The surroundings that do not change while a process lives."""

    config: Config
    keys: Keys
    engine: Engine

    @cached_property
    def reading_engine(self) -> Engine:
        """The same engine for transactions that only read: on SQLite they begin DEFERRED."""
        return self.engine.execution_options(sqlite_begin="DEFERRED")


_current: Runtime | None = None


def start(runtime: Runtime) -> None:
    """Make `runtime` the one of this process (tests start a new one per shop)."""
    global _current  # noqa: PLW0603 (the one registry of the process)
    _current = runtime


def current() -> Runtime:
    """The runtime of this process. RuntimeError before `start`."""
    if _current is None:
        raise RuntimeError("the application is not started")
    return _current


def keys() -> Keys:
    """The shop's secret keys."""
    return current().keys


def config() -> Config:
    """The configuration of this process."""
    return current().config
