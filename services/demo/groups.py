"""Tags and saved segments of the demo shop; rules are followed by the worker, as everywhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.members.models import Member
from services.segments import commands, queries
from services.shared.actors import SYSTEM

USED = {"chocolate", "tiramisu", "high_average", "weekends", "dormant", "late", "infant", "baby"}
BY_HAND = (("怕太甜", "honey", "口味"), ("公司团购", "info", "来往"))
WORN = ((0, "怕太甜"), (0, "公司团购"), (2, "公司团购"))  # place of the guest, and the tag
SEGMENTS: tuple[dict[str, Any], ...] = (
    {"name": "两个月没来的老客", "note": "", "conditions": {"all": [
        {"kind": "orders", "at_least": 2}, {"kind": "last_visit", "at_least": 60},
        {"not": {"kind": "agrees", "is": False}},
    ]}},
    {"name": "舍得花的周末客", "note": "周末来、一单 60 元以上", "conditions": {"all": [
        {"kind": "average", "at_least": "60.00"},
        {"any": [{"kind": "weekends", "at_least": 50}, {"kind": "weekday", "one_of": ["5", "6"]}]},
    ]}},
)  # fmt: skip


def gather(session: Session, *, now: datetime) -> None:
    """Add the tags, put some on, save the segments."""
    for offer in queries.list_offers(session, actor=SYSTEM):
        if offer.preset.key in USED:
            told = {"name": offer.preset.name, "colour": offer.preset.colour, "grouping": offer.preset.grouping}
            commands.create_tag(session, {**told, "rule": offer.rule, "preset": offer.preset.key}, actor=SYSTEM, at=now)
    ids = dict(session.execute(select(Member.phone, Member.id)).tuples().all())
    made = {
        name: commands.create_tag(session, {"name": name, "colour": colour, "grouping": group}, actor=SYSTEM, at=now).id
        for name, colour, group in BY_HAND
    }
    for place, name in WORN:
        commands.add_tag(session, ids[guests.phone_of(place)], made[name], actor=SYSTEM, at=now)
    for told in SEGMENTS:
        commands.create_segment(session, told, actor=SYSTEM, at=now)
