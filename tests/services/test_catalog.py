"""What may happen to products and shelves, whatever page or program asks for it."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.catalog import commands, queries
from services.catalog.models import Product
from services.catalog.schemas import ProductIn
from services.shared import ids
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid, NotFound
from tests.cast import Cast

MORNING = {"name": "晨间", "sort": 0}


def add(session: Session, shop: Cast, name: str, **more: Any) -> Product:
    """A product of 12 yuan."""
    return commands.create_product(session, {"name": name, "price": 1200} | more, actor=shop.owner, at=shop.at)


def names(session: Session, shop: Cast, **asked: Any) -> list[str]:
    """What the list of 东湖 shows."""
    return [line.name for line in queries.list_lines(session, shop.east.id, **asked)]


def test_new_products_come_last_and_stay_where_they_are_sorted(session: Session, shop: Cast) -> None:
    first, second, third = (add(session, shop, name) for name in ("泡芙", "可颂", "吐司"))
    assert names(session, shop) == ["泡芙", "可颂", "吐司"]
    commands.sort_products(session, [third.id, first.id, second.id], actor=shop.manager, at=shop.at)
    assert names(session, shop) == ["吐司", "泡芙", "可颂"]
    add(session, shop, "贝果")
    assert names(session, shop)[-1] == "贝果"


def test_shelves_stand_in_their_order_and_what_has_none_comes_last(session: Session, shop: Cast) -> None:
    loose = add(session, shop, "散装糖")
    shelves = [
        commands.create_category(session, {"name": name}, actor=shop.owner, at=shop.at) for name in ("面包", "饮品")
    ]
    add(session, shop, "吐司", category_id=shelves[0].id)
    add(session, shop, "拿铁", category_id=shelves[1].id)
    assert names(session, shop) == ["吐司", "拿铁", "散装糖"]
    commands.sort_categories(session, [shelves[1].id, shelves[0].id], actor=shop.owner, at=shop.at)
    assert names(session, shop) == ["拿铁", "吐司", "散装糖"]
    assert names(session, shop, category_id=0) == [loose.name]


def test_sorting_what_is_not_there_is_refused(session: Session, shop: Cast) -> None:
    with pytest.raises(NotFound):
        commands.sort_products(session, [404], actor=shop.owner, at=shop.at)


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_whoever_sells_may_say_sold_out_but_not_change_prices(session: Session, shop: Cast, role: str) -> None:
    puff, actor = add(session, shop, "泡芙"), shop.actors[role]
    commands.sell_out(session, puff.id, shop.east.id, sold_out=True, actor=actor, at=shop.at)
    assert names(session, shop, state="sold_out") == ["泡芙"]
    with pytest.raises(Forbidden):
        commands.change_product(session, puff.id, {"price": 1}, actor=actor, at=shop.at)
    with pytest.raises(Forbidden):
        commands.sell_out(session, puff.id, shop.south.id, sold_out=True, actor=actor, at=shop.at)


def test_sold_out_is_a_matter_of_one_store(session: Session, shop: Cast) -> None:
    puff = add(session, shop, "泡芙")
    commands.sell_out(session, puff.id, shop.south.id, sold_out=True, actor=shop.southern, at=shop.at)
    assert not queries.get_line(session, shop.east.id, puff.id).sold_out
    assert queries.get_line(session, shop.south.id, puff.id).sold_out
    assert queries.count_products(session, shop.south.id).sold_out == 1


def test_a_manager_of_one_store_leaves_the_other_stores_alone(session: Session, shop: Cast) -> None:
    puff = add(session, shop, "泡芙", unavailable_at=[shop.south.id])
    commands.change_product(session, puff.id, {"unavailable_at": [shop.east.id]}, actor=shop.manager, at=shop.at)
    session.flush()
    assert set(queries.get_product(session, puff.id).unavailable_at) == {shop.east.id, shop.south.id}
    commands.change_product(session, puff.id, {"unavailable_at": []}, actor=shop.manager, at=shop.at)
    session.flush()
    assert queries.get_product(session, puff.id).unavailable_at == (shop.south.id,)


def test_archived_products_leave_the_list_and_come_back(session: Session, shop: Cast) -> None:
    puff = add(session, shop, "泡芙")
    commands.archive_product(session, puff.id, actor=shop.manager, at=shop.at)
    assert (names(session, shop), names(session, shop, state="archived")) == ([], ["泡芙"])
    commands.restore_product(session, puff.id, actor=shop.manager, at=shop.at)
    assert names(session, shop) == ["泡芙"]


def test_an_archived_shelf_leaves_its_products_and_its_name(session: Session, shop: Cast) -> None:
    shelf = commands.create_category(session, MORNING, actor=shop.owner, at=shop.at)
    puff = add(session, shop, "泡芙", category_id=shelf.id)
    commands.archive_category(session, shelf.id, actor=shop.owner, at=shop.at)
    assert puff.category_id is None
    again = commands.create_category(session, MORNING, actor=shop.owner, at=shop.at)
    assert [each.id for each in queries.list_categories(session)] == [again.id]


@pytest.mark.parametrize("text", ["hyzs", "芝士", "6901234567892", "hy-01", " 海盐 "])
def test_a_product_is_found_by_name_initials_and_codes(session: Session, shop: Cast, text: str) -> None:
    add(session, shop, "海盐芝士卷", barcode="6901234567892", sku="HY-01")
    add(session, shop, "拿铁")
    assert names(session, shop, text=text) == ["海盐芝士卷"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --"])
def test_signs_of_the_query_language_are_only_signs(session: Session, shop: Cast, text: str) -> None:
    add(session, shop, "海盐芝士卷")
    assert names(session, shop, text=text) == []


def test_keys_come_from_names_and_differ() -> None:
    choices = [{"name": "6 寸"}, {"name": "6寸"}, {"key": "big", "name": "大"}, {"name": "🎂"}]
    read = ProductIn().load({"name": "蛋糕", "price": "1.00", "options": [{"name": "尺寸", "choices": choices}]})
    assert read["options"][0]["key"] == "chicun"
    assert [choice["key"] for choice in read["options"][0]["choices"]] == ["6cun", "6cun2", "big", "x"]


@pytest.mark.parametrize("picture", ["drawn:dragon", "../secrets", "a.webp", "drawn:", "http://x/y.webp"])
def test_only_known_pictures_stand_on_products(picture: str) -> None:
    assert "picture" in ProductIn().validate({"name": "泡芙", "price": "1.00", "picture": picture})


def test_a_taken_barcode_is_told_beside_its_field(session: Session, shop: Cast) -> None:
    add(session, shop, "泡芙", barcode="6901234567892")
    with pytest.raises(Invalid) as refused:
        add(session, shop, "可颂", barcode="6901234567892")
    assert list(refused.value.errors) == ["barcode"]


def test_the_check_digit_of_printed_codes() -> None:
    assert ids.ean13_digit("400638133393") == "1"  # GS1's own example
    assert ids.ean13_holds("4006381333931")
    assert not ids.ean13_holds("4006381333930")


def test_every_change_leaves_its_line(session: Session, shop: Cast, now: datetime) -> None:
    puff = add(session, shop, "泡芙")
    actor: Actor = shop.manager
    commands.change_product(session, puff.id, {"price": 1500}, actor=actor, at=now)
    commands.sort_products(session, [puff.id], actor=actor, at=now)
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("products:"))).all()
    assert [line.action for line in lines] == ["products:create", "products:change", "products:sort"]
    assert lines[1].changes == {"price": [1200, 1500]}
