"""Asking who meets what. The one way for everybody who chooses members."""

from services.segments.kinds import GROUPS, Kind, Scene
from services.segments.queries.counting import (
    SAMPLE,
    Preview,
    count_meeting,
    count_overlap,
    find_meeting,
    list_meeting,
    preview,
)
from services.segments.queries.habits import Habits, Liked, find_favourite, get_habits
from services.segments.queries.named import (
    SegmentCard,
    TagCard,
    Worn,
    get_segment,
    get_tag,
    list_segments,
    list_tags,
    list_worn,
    may_ask,
)
from services.segments.queries.plans import select_members
from services.segments.queries.presets import Offer, list_offers
from services.segments.queries.rfm import Classes, get_classes
from services.segments.queries.scenes import load_catalogue, load_scene, read_tree
from services.segments.queries.things import list_things, load_names

__all__ = [
    "GROUPS",
    "SAMPLE",
    "Classes",
    "Habits",
    "Kind",
    "Liked",
    "Offer",
    "Preview",
    "Scene",
    "SegmentCard",
    "TagCard",
    "Worn",
    "count_meeting",
    "count_overlap",
    "find_favourite",
    "find_meeting",
    "get_classes",
    "get_habits",
    "get_segment",
    "get_tag",
    "list_meeting",
    "list_offers",
    "list_segments",
    "list_tags",
    "list_things",
    "list_worn",
    "load_catalogue",
    "load_names",
    "load_scene",
    "may_ask",
    "preview",
    "read_tree",
    "select_members",
]
