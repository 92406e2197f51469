"""Asking who meets what. The one way for everybody who chooses members."""

from services.segments.kinds import GROUPS, Kind, Scene
from services.segments.queries.counting import (
    Preview,
    count_meeting,
    count_overlap,
    find_meeting,
    list_meeting,
    preview,
)
from services.segments.queries.plans import select_members
from services.segments.queries.scenes import load_catalogue, load_scene, read_tree

__all__ = [
    "GROUPS",
    "Kind",
    "Preview",
    "Scene",
    "count_meeting",
    "count_overlap",
    "find_meeting",
    "list_meeting",
    "load_catalogue",
    "load_scene",
    "preview",
    "read_tree",
    "select_members",
]
