"""Pairs that look alike, what merging would do, and what was merged."""

from services.merging.queries.duplicates import Duplicate, list_duplicates
from services.merging.queries.merges import UNDOABLE, find_lock, get_merge, list_merges
from services.merging.queries.previews import FieldChoice, MergePreview, Side, get_merge_preview, require_two

__all__ = [
    "UNDOABLE",
    "Duplicate",
    "FieldChoice",
    "MergePreview",
    "Side",
    "find_lock",
    "get_merge",
    "get_merge_preview",
    "list_duplicates",
    "list_merges",
    "require_two",
]
