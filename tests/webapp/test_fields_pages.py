"""Own fields on the pages: designed in the settings, asked on the forms, shown at the counter and in the member app."""

from typing import Any

import pytest

from services.fields.queries import list_fields, tell_values
from services.members.models import Member
from services.shared import database
from services.shared.actors import SYSTEM
from tests.cast import Cast
from tests.selling import open_till, welcome_member

TASTE = {
    "subject": "member", "kind": "choice", "label_zh": "常买口味", "label_en": "Taste", "shown_form": "1",
    "choices-0-zh": "甜", "choices-0-en": "Sweet", "choices-1-zh": "咸", "choices-1-en": "", "choices-2-zh": "",
}  # fmt: skip


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def design(shop: Cast, **more: Any) -> Any:
    sent = {name: value for name, value in (TASTE | more).items() if value is not None}
    return shop.browser("owner").post("/staff/settings/fields/new", **sent)


def answers_of(member: Member) -> dict[str, Any]:
    with database.reading() as session:
        return tell_values(session, "member", [member.id], actor=SYSTEM)[member.id]


def test_an_owner_designs_a_field_and_the_form_asks_it(shop: Cast, xiaoman: Member) -> None:
    assert design(shop).status_code == 303
    cashier = shop.browser("cashier")
    form = cashier.get(f"/staff/members/{xiaoman.id}/edit").text
    assert "常买口味" in form
    assert 'name="fields.taste" value="tian"' not in form
    assert 'name="fields.taste" value="sweet"' in form
    cashier.post(f"/staff/members/{xiaoman.id}/edit", name="林小满", source="walk_in", **{"fields.taste": "sweet"})
    assert answers_of(xiaoman) == {"taste": "sweet"}
    assert "甜" in cashier.get(f"/staff/members/{xiaoman.id}").text


def test_what_is_wrong_is_told_beside_the_field_and_nothing_typed_is_lost(shop: Cast) -> None:
    refused = design(shop, label_zh="", **{"choices-0-zh": "", "choices-1-zh": "", "choices-5-zh": ""})
    assert refused.status_code == 422
    assert "请填写" in refused.text
    assert 'value="Taste"' in refused.text
    refused = design(shop, **{"choices-0-zh": None, "choices-1-zh": None})
    assert "至少要有一个选项" in refused.text


def test_a_required_answer_is_asked_when_a_card_is_opened(shop: Cast) -> None:
    design(shop, kind="text", label_en="School", label_zh="学校", required="1")
    cashier = shop.browser("cashier")
    sent = {"phone": "13800138000", "fields.school": ""}
    refused = cashier.post("/staff/members/new", **sent)
    assert (refused.status_code, "请填写" in refused.text) == (422, True)
    assert cashier.post("/staff/members/new", **sent | {"fields.school": "一小"}).status_code == 303


def test_several_choices_are_ticked_and_all_taken_away(shop: Cast, xiaoman: Member) -> None:
    design(shop, kind="choices")
    place, cashier = f"/staff/members/{xiaoman.id}/edit", shop.browser("cashier")
    cashier.post(place, None, **{"source": "walk_in", "fields.taste[]": ["", "xian", "sweet"]})
    assert answers_of(xiaoman) == {"taste": ["sweet", "xian"]}
    cashier.post(place, None, **{"source": "walk_in", "fields.taste[]": [""]})
    assert answers_of(xiaoman) == {"taste": None}


def test_a_member_sees_and_answers_only_what_is_for_members(shop: Cast, xiaoman: Member) -> None:
    design(shop, shown_member="1")
    design(shop, label_en="Care", label_zh="要留心的事", kind="text")
    phone = shop.phone(xiaoman)
    form = phone.get("/member/me/edit").text
    assert ("常买口味" in form, "要留心的事" in form) == (True, False)
    assert phone.post("/member/me/edit", name="小满", **{"fields.taste": "sweet"}).status_code == 303
    assert phone.post("/member/me/edit", name="小满", **{"fields.care": "改一改"}).status_code == 422
    assert answers_of(xiaoman) == {"taste": "sweet", "care": None}
    assert "甜" in phone.get("/member/me").text


def test_the_counter_shows_what_is_for_the_counter(shop: Cast, xiaoman: Member) -> None:
    design(shop, shown_counter="1")
    design(shop, label_en="Care", label_zh="要留心的事", kind="text", shown_counter="1", private="1")
    sent = {"fields.taste": "sweet", "fields.care": "悄悄"}
    shop.browser("manager").post(f"/staff/members/{xiaoman.id}/edit", source="walk_in", **sent)
    strips = {
        role: shop.browser(role).get(f"/staff/counter/members/{xiaoman.id}").text for role in ("cashier", "manager")
    }
    assert all("常买口味" in strip for strip in strips.values())
    assert ("悄悄" in strips["cashier"], "悄悄" in strips["manager"]) == (False, True)
    assert "悄悄" not in shop.browser("cashier").get(f"/staff/members/{xiaoman.id}").text


def test_an_order_and_a_product_are_answered_about(shop: Cast) -> None:
    design(shop, subject="order", kind="text", label_en="Delivery", label_zh="送货备注")
    design(shop, subject="product", kind="money", label_en="Cost", label_zh="进价")
    till = open_till(shop)
    order, product = till.sell(till.line("拿铁")), till.products["拿铁"]
    till.browser.post(f"/staff/orders/{order['id']}/fields", **{"fields.delivery": "放门口"})
    assert "放门口" in till.browser.get(f"/staff/orders/{order['id']}").text
    manager = shop.browser("manager")
    sent = {"name": "拿铁", "price": "22.00", "fields.cost": "不知道"}
    refused = manager.post(f"/staff/products/{product}/edit", **sent)
    assert (refused.status_code, "不知道" in refused.text) == (422, True)
    assert manager.post(f"/staff/products/{product}/edit", **sent | {"fields.cost": "8.5"}).status_code == 303
    assert "8.50" in manager.get(f"/staff/products/{product}").text


def test_fields_are_put_in_order_and_away(shop: Cast) -> None:
    design(shop)
    design(shop, label_en="School", label_zh="学校", kind="text")
    owner = shop.browser("owner")
    owner.post("/staff/settings/fields/sort?subject=member", None, **{"ids[]": ["2", "1"]})
    owner.post("/staff/settings/fields/1/archive")
    with database.reading() as session:
        assert [each.key for each in list_fields(session, "member", archived=True)] == ["school", "taste"]
        assert [each.key for each in list_fields(session, "member")] == ["school"]
    assert "已停用" in owner.get("/staff/settings/fields").text
    owner.post("/staff/settings/fields/1/restore")
    assert "已停用" not in owner.get("/staff/settings/fields").text


def test_the_example_follows_what_is_typed(shop: Cast) -> None:
    design(shop)
    example = (
        shop.browser("owner")
        .get("/staff/settings/fields/example?kind=choice&label_zh=颜色&choices-0-zh=红&choices-0-en=")
        .text
    )
    assert ("颜色" in example, "红" in example) == (True, True)
