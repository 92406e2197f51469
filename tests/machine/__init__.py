"""A machine that trades at random and compares every step with an independent model (tests/oracles); hypothesis chooses what happens."""

from tests.machine.base import statements_of_verify
from tests.machine.handing import BooksMachine
from tests.machine.world import World, open_world

__all__ = ["BooksMachine", "World", "open_world", "statements_of_verify"]
