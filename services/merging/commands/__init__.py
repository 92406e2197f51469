"""Merging two cards, parting them again, and saying that two are not one."""

from services.merging.commands.agreeing import send_merge_code
from services.merging.commands.merging import merge_members
from services.merging.commands.pairs import ignore_pair
from services.merging.commands.undoing import undo_merge

__all__ = ["ignore_pair", "merge_members", "send_merge_code", "undo_merge"]
