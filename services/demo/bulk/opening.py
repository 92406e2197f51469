"""The shop that is filled: stores, products, levels, coupons, tags and thirty own fields, made by the commands that staff use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog import commands as catalog
from services.catalog.models import Product
from services.coupons import commands as coupons
from services.coupons.schemas import TemplateIn
from services.demo import shop
from services.fields import commands as fields
from services.fields.schemas import FieldIn
from services.identity import commands as identity
from services.loyalty import commands as loyalty
from services.segments import commands as segments
from services.shared.actors import SYSTEM
from services.stores import commands as stores

STORES, FIELDS = 5, 30
LEVELS = ((0, 1000), (50_000, 980), (200_000, 950), (500_000, 900))  # growth, per mille of the price
TAGS = ("怕太甜", "爱喝茶", "公司团购", "住得近", "爱拍照", "过敏体质", "老师", "带孩子来")
TEMPLATES: tuple[dict[str, Any], ...] = (
    {"name": "满100减20", "kind": "threshold_off", "value": "20.00", "threshold": "100.00", "valid_days": 400},
    {"name": "全场 9 折", "kind": "percentage", "pays": 900, "cap": "60.00", "valid_days": 400},
    {"name": "10 元代金券", "kind": "cash", "value": "10.00", "valid_days": 400},
)
TASTES = ("sweet", "salty", "sour", "bitter")
CHOICES = [{"key": key, "zh": key, "en": key} for key in TASTES]
KINDS = ("number", "text", "date", "choice", "yes_no", "money")


@dataclass(frozen=True)
class Goods:
    """A product as it is sold."""

    id: int
    name: str
    category_id: int | None
    price: int


@dataclass(frozen=True)
class Opened:
    """What a shop has, by id: stores with their codes, goods, levels by growth, templates, tags, and own fields with their kinds."""

    stores: Sequence[tuple[int, str]]
    goods: Sequence[Goods]
    levels: Sequence[tuple[int, int]]
    templates: Sequence[int]
    tags: Sequence[int]
    fields: Sequence[tuple[int, str]]


def open_shop(session: Session, password: str, roles: Mapping[str, Iterable[str]], *, at: datetime) -> Opened:
    """Set the shop up, as of `at`. Refuses `already_set_up`."""
    owner = {"username": "owner", "name": "店长", "password": password}
    told: dict[str, Any] = {"code": "B1", "name": "一号店"}
    first, _ = identity.set_up_shop(
        session, settings={"shop.name": "百万甜品"}, store=told, owner=owner, roles=roles, at=at
    )
    more = [
        stores.create_store(session, {"code": f"B{each}", "name": f"{each} 号店"}, actor=SYSTEM, at=at)
        for each in range(2, STORES + 1)
    ]
    shop.stock(session, at)
    goods = [Goods(each.id, each.name, each.category_id, each.price) for each in _products(session)]
    for each in goods[:2]:
        launch = {"launches_on": (at + timedelta(days=600)).date()}
        catalog.change_product(session, each.id, launch, actor=SYSTEM, at=at)
    return Opened(
        [(each.id, each.code) for each in (first, *more)],
        goods,
        [(threshold, _level(session, place, at)) for place, (threshold, _) in enumerate(LEVELS)],
        [
            coupons.create_template(session, TemplateIn().load(each), actor=SYSTEM, at=at).id
            for each in TEMPLATES
        ],
        [_tag(session, name, at) for name in TAGS],
        [_field(session, number, at) for number in range(FIELDS)],
    )  # fmt: skip


def _products(session: Session) -> Sequence[Product]:
    return session.scalars(select(Product).where(Product.archived_at.is_(None)).order_by(Product.id)).all()


def _level(session: Session, place: int, at: datetime) -> int:
    threshold, pays = LEVELS[place]
    told = {
        "name": f"{place + 1} 级", "threshold": threshold, "pays": pays, "multiplier": 100, "early_days": 0, "wallet_bonus": 0,
        "birthday_template_id": None, "monthly_template_ids": [],
    }  # fmt: skip
    return loyalty.create_tier(session, told, actor=SYSTEM, at=at).id


def _tag(session: Session, name: str, at: datetime) -> int:
    told = {"name": name, "colour": "honey", "grouping": ""}
    return segments.create_tag(session, told, actor=SYSTEM, at=at).id


def _field(session: Session, number: int, at: datetime) -> tuple[int, str]:
    kind = KINDS[number % len(KINDS)]
    told: dict[str, Any] = {"subject": "member", "kind": kind, "key": f"own_{number}", "label_zh": f"字段 {number}"}
    if kind == "choice":
        told["choices"] = CHOICES
    return fields.create_field(session, FieldIn().load(told), actor=SYSTEM, at=at).id, kind
