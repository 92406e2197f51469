"""Changing fields, and writing what was answered to them."""

from services.fields.commands.definitions import (
    archive_field,
    change_field,
    create_field,
    note_indexed,
    restore_field,
    sort_fields,
)
from services.fields.commands.values import forget_values, write_values

__all__ = [
    "archive_field",
    "change_field",
    "create_field",
    "forget_values",
    "note_indexed",
    "restore_field",
    "sort_fields",
    "write_values",
]
