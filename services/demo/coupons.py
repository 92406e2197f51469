"""The coupons of the demo shop: one template of each kind, and what its regulars hold of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Category, Product
from services.coupons import commands
from services.coupons.models import CouponTemplate
from services.coupons.schemas import TemplateIn
from services.demo import guests
from services.members.models import Member
from services.shared.actors import SYSTEM
from services.stores.models import Store

HOLDERS = 24  # regulars who hold something
BEFORE = timedelta(days=40)  # when the templates were made


def give_out(session: Session, opened: Mapping[str, Store], *, now: datetime) -> None:
    """Write the templates and give some of each to the regulars; the first of them has used one and let one expire."""
    made = {told["name"]: _make(session, told, now - BEFORE) for told in _templates(session)}
    members = [
        member_id
        for place in range(HOLDERS)
        if (member_id := session.scalar(select(Member.id).where(Member.phone == guests.phone_of(place))))
    ]
    for turn, template in enumerate(made.values()):
        for place, member_id in enumerate(members):
            if place == 0 or (place + turn) % 3 == 0:
                _give(session, template, member_id, now - timedelta(days=(place * 3 + turn) % 9))
    first, latte = members[0], made["请您喝杯拿铁"]
    used = _give(session, latte, first, now - timedelta(days=12))
    store_id = next(iter(opened.values())).id
    used_at = now - timedelta(days=8)
    commands.redeem(session, used, member_id=first, saved=2200, store_id=store_id, actor=SYSTEM, at=used_at)
    _give(session, made["满100减20"], first, now - timedelta(days=38))


def _make(session: Session, told: Mapping[str, Any], at: datetime) -> CouponTemplate:
    return commands.create_template(session, TemplateIn().load(told), actor=SYSTEM, at=at)


def _give(session: Session, template: CouponTemplate, member_id: int, at: datetime) -> int:
    issued = commands.issue_coupon(
        session, template.id, member_id, source="campaign", limited=False, actor=SYSTEM, at=at
    )
    return issued.id


def _templates(session: Session) -> list[dict[str, Any]]:
    shelf = {name: str(each) for each, name in session.execute(select(Category.id, Category.name))}
    product = {name: str(each) for each, name in session.execute(select(Product.id, Product.name))}
    return [
        {
            "name": "满100减20", "kind": "threshold_off", "value": "20.00", "threshold": "100.00", "valid_days": 30,
            "per_member": 1, "stock": 500, "claimable": True,
        },
        {
            "name": "整只蛋糕 9 折", "kind": "percentage", "pays": 900, "cap": "60.00", "valid_days": 60, "per_member": 2,
            "scope": {"categories": [shelf["整只蛋糕"]]}, "with_tier": False, "claimable": True,
        },
        {
            "name": "10 元代金券", "kind": "cash", "value": "10.00", "valid_days": 14, "per_member": 1, "welcome": True,
            "public_code": "CAKE88", "how_to": "新朋友开卡就有；也可以用口令领",
        },
        {
            "name": "栗子蒙布朗尝鲜", "kind": "trial_price", "value": "19.90", "valid_days": 21, "per_member": 1,
            "scope": {"products": [product["栗子蒙布朗"]]}, "claimable": True, "stock": 200, "cost": "11.00",
        },
        {
            "name": "请您喝杯拿铁", "kind": "free_item", "valid_days": 30, "transferable": True, "cost": "6.50",
            "scope": {"products": [product["拿铁"]], "weekdays": [0, 1, 2, 3, 4, 5, 6], "from": "09:00", "to": "22:00"},
            "how_to": "到店出示券码，热的冰的都可以",
        },
    ]  # fmt: skip
