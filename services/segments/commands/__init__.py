"""Saving segments, shaping tags and putting them on, working facts out."""

from services.segments.commands.facts import rebuild
from services.segments.commands.following import call_aged, follow_due, settle_tag
from services.segments.commands.segments import (
    archive_segment,
    change_segment,
    create_segment,
    read_asked,
    restore_segment,
)
from services.segments.commands.tags import (
    add_tag,
    archive_tag,
    change_tag,
    create_tag,
    forget_tags,
    remove_tag,
    restore_tag,
)

__all__ = [
    "add_tag",
    "archive_segment",
    "archive_tag",
    "call_aged",
    "change_segment",
    "change_tag",
    "create_segment",
    "create_tag",
    "follow_due",
    "forget_tags",
    "read_asked",
    "rebuild",
    "remove_tag",
    "restore_segment",
    "restore_tag",
    "settle_tag",
]
