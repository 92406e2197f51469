"""Own fields of the demo shop, with what some guests answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.demo import guests
from services.fields import commands
from services.fields.schemas import FieldIn
from services.members.commands import change_member
from services.members.models import Member
from services.shared.actors import SYSTEM

TASTES = (("甜", "Sweet"), ("咸", "Salty"), ("少糖", "Less sugar"))
FIELDS: tuple[dict[str, Any], ...] = (
    {"subject": "member", "kind": "choice", "key": "taste", "label_zh": "常买口味", "label_en": "Favourite taste",
     "choices": [{"zh": zh, "en": en} for zh, en in TASTES], "shown_counter": True, "shown_member": True},
    {"subject": "member", "kind": "choices", "key": "visits", "label_zh": "常来的日子", "label_en": "Usual days",
     "choices": [{"zh": "工作日", "en": "Weekdays"}, {"zh": "周末", "en": "Weekends"}]},
    {"subject": "member", "kind": "text", "key": "company", "label_zh": "公司", "label_en": "Company", "searchable": True},
    {"subject": "member", "kind": "text", "key": "care", "label_zh": "要留心的事", "label_en": "To keep in mind", "seen_by": "private"},
    {"subject": "child", "kind": "text", "key": "kindergarten", "label_zh": "幼儿园", "label_en": "Kindergarten"},
    {"subject": "order", "kind": "text", "key": "delivery", "label_zh": "送货备注", "label_en": "Delivery note"},
    {"subject": "product", "kind": "text", "key": "origin", "label_zh": "产地", "label_en": "Origin", "searchable": True},
)  # fmt: skip
# Place of the guest, and what they answered.
ANSWERS: tuple[tuple[int, dict[str, Any]], ...] = (
    (0, {"taste": "less_sugar", "visits": ["weekends"], "company": "东湖设计", "care": "不喜欢被推销"}),
    (1, {"taste": "sweet", "visits": ["weekdays", "weekends"]}),
    (2, {"taste": "salty", "company": "江城小学"}),
)


def tell(session: Session, *, now: datetime) -> None:
    """Add the fields and write the answers down."""
    for field in FIELDS:
        commands.create_field(session, FieldIn().load(field), actor=SYSTEM, at=now)
    ids = dict(session.execute(select(Member.phone, Member.id)).tuples().all())
    for place, answers in ANSWERS:
        change_member(session, ids[guests.phone_of(place)], {"fields": answers}, actor=SYSTEM, at=now)
