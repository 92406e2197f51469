"""Own fields: added without a migration, answered by staff, members and programs, seen by whom they are meant for, forgotten whole."""

from typing import Any

import pytest
from sqlalchemy import func, select

from services.audit.models import AuditEntry
from services.fields.models import Field, FieldValue
from services.members.jobs import follow_searched_fields
from services.members.models import Member
from services.privacy.commands import erase_member
from services.privacy.queries import collect_own_data
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import open_till, welcome_member
from tests.statements import counted

TASTE = {
    "subject": "member", "kind": "choice", "label_zh": "常买口味", "label_en": "Favourite taste", "shown_member": True,
    "choices": [{"zh": "甜", "en": "Sweet"}, {"zh": "咸", "en": "Salty"}],
}  # fmt: skip


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def add(shop: Cast, **more: Any) -> dict[str, Any]:
    answer = shop.browser("owner").api("POST", "/api/v1/fields", TASTE | more)
    assert answer.status_code == 201, answer.json
    return dict(body(answer))


def text(shop: Cast, key: str, **more: Any) -> dict[str, Any]:
    return add(shop, kind="text", choices=[], key=key, label_zh=key, **more)


def answer(browser: Browser, member: Member, **answers: Any) -> Any:
    return browser.api("PATCH", f"/api/v1/members/{member.id}", {"fields": answers})


def answers_of(browser: Browser, member: Member) -> Any:
    return body(browser.api("GET", f"/api/v1/members/{member.id}"))["fields"]


def search(browser: Browser, words: str) -> list[str]:
    return [each["id"] for each in body(browser.api("GET", f"/api/v1/members?q={words}"))["items"]]


def count(model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_field_is_there_for_everybody_at_once(shop: Cast, xiaoman: Member) -> None:
    made = add(shop)
    assert (made["key"], [each["key"] for each in made["choices"]]) == ("favourite_taste", ["sweet", "salty"])
    assert answers_of(shop.browser("cashier"), xiaoman) == {"favourite_taste": None}


def test_an_answer_is_kept_and_taken_back(shop: Cast, xiaoman: Member) -> None:
    add(shop)
    cashier = shop.browser("cashier")
    assert body(answer(cashier, xiaoman, favourite_taste="salty"))["fields"] == {"favourite_taste": "salty"}
    assert body(answer(cashier, xiaoman, favourite_taste=""))["fields"] == {"favourite_taste": None}
    assert count(FieldValue) == 0


def test_a_bad_answer_is_told_beside_its_field_and_nothing_is_kept(shop: Cast, xiaoman: Member) -> None:
    add(shop)
    sent = {"name": "别人", "fields": {"favourite_taste": "sour", "nobody_asked": "1"}}
    refused = shop.browser("cashier").api("PATCH", f"/api/v1/members/{xiaoman.id}", sent)
    assert refused.status_code == 422
    assert body(refused)["errors"].keys() == {"fields.favourite_taste", "fields.nobody_asked"}
    assert body(shop.browser("cashier").api("GET", f"/api/v1/members/{xiaoman.id}"))["name"] == xiaoman.name


def test_a_required_answer_cannot_be_taken_away(shop: Cast, xiaoman: Member) -> None:
    text(shop, "need", required=True)
    assert answer(shop.browser("cashier"), xiaoman, need=" ").status_code == 422
    assert answer(shop.browser("cashier"), xiaoman, need="有").status_code == 200


def test_a_card_is_opened_with_answers(shop: Cast) -> None:
    add(shop)
    sent = {"phone": "13900139000", "fields": {"favourite_taste": "甜"}}
    made = body(shop.browser("cashier").api("POST", "/api/v1/members", sent))
    assert made["fields"] == {"favourite_taste": "sweet"}


def test_private_answers_are_for_who_may_see_them(shop: Cast, xiaoman: Member) -> None:
    text(shop, "secret", seen_by="private")
    manager, cashier = shop.browser("manager"), shop.browser("cashier")
    assert answer(manager, xiaoman, secret="悄悄").status_code == 200
    assert answers_of(manager, xiaoman) == {"secret": "悄悄"}
    assert answers_of(cashier, xiaoman) == {}
    assert answer(cashier, xiaoman, secret="").status_code == 422
    assert answers_of(manager, xiaoman) == {"secret": "悄悄"}


def test_only_the_owner_designs_fields(shop: Cast) -> None:
    for role in ("manager", "cashier"):
        assert shop.browser(role).api("POST", "/api/v1/fields", TASTE).status_code == 403
    assert count(Field) == 0


def test_the_kind_is_fixed_once_somebody_answered(shop: Cast, xiaoman: Member) -> None:
    field = text(shop, "size")
    owner, place = shop.browser("owner"), f"/api/v1/fields/{field['id']}"
    assert owner.api("PATCH", place, {"kind": "number"}).status_code == 200
    assert answer(owner, xiaoman, size="37.5").status_code == 200
    assert body(owner.api("PATCH", place, {"kind": "text"}))["errors"].keys() == {"kind"}
    assert body(owner.api("PATCH", place, {"key": "other"}))["errors"].keys() == {"key"}
    assert body(owner.api("PATCH", place, {"subject": "order"}))["errors"].keys() == {"subject"}
    assert answers_of(owner, xiaoman) == {"size": "37.5"}


def test_a_choice_that_is_left_out_is_put_away_and_answers_stay(shop: Cast, xiaoman: Member) -> None:
    field, owner = add(shop), shop.browser("owner")
    answer(owner, xiaoman, favourite_taste="salty")
    kept = [{"key": "sweet", "zh": "很甜", "en": "Sweet"}]
    changed = body(owner.api("PATCH", f"/api/v1/fields/{field['id']}", {"choices": kept}))
    assert [(each["zh"], each["archived"]) for each in changed["choices"]] == [("很甜", False), ("咸", True)]
    assert answers_of(owner, xiaoman) == {"favourite_taste": "salty"}
    assert answer(owner, xiaoman, favourite_taste="salty").status_code == 200
    assert answer(owner, welcome_member(shop.at, phone="+8613700137000"), favourite_taste="salty").status_code == 422


def test_what_is_put_away_comes_back_with_its_answers(shop: Cast, xiaoman: Member) -> None:
    field, owner = text(shop, "note"), shop.browser("owner")
    answer(owner, xiaoman, note="靠窗")
    assert body(owner.api("PATCH", f"/api/v1/fields/{field['id']}", {"archived": True}))["archived"]
    assert answers_of(owner, xiaoman) == {}
    assert not body(owner.api("PATCH", f"/api/v1/fields/{field['id']}", {"archived": False}))["archived"]
    assert answers_of(owner, xiaoman) == {"note": "靠窗"}


def test_members_are_found_by_what_is_searched(shop: Cast, xiaoman: Member) -> None:
    field, owner = text(shop, "school", searchable=True), shop.browser("owner")
    answer(owner, xiaoman, school="金太阳幼儿园")
    for words in ("太阳", "jinta", "jty"):
        assert search(owner, words) == [str(xiaoman.id)]
    owner.api("PATCH", f"/api/v1/fields/{field['id']}", {"searchable": False})
    follow_searched_fields()
    assert search(owner, "太阳") == []
    owner.api("PATCH", f"/api/v1/fields/{field['id']}", {"searchable": True})
    follow_searched_fields()
    assert search(owner, "太阳") == [str(xiaoman.id)]


@pytest.mark.parametrize(
    "wrong", [{"seen_by": "private"}, {"kind": "number"}, {"subject": "order"}], ids=["private", "number", "order"]
)
def test_what_cannot_be_searched_is_refused(shop: Cast, wrong: dict[str, str]) -> None:
    sent = {"subject": "member", "kind": "text", "label_zh": "学校", "searchable": True} | wrong
    refused = shop.browser("owner").api("POST", "/api/v1/fields", sent)
    assert (refused.status_code, list(body(refused)["errors"])) == (422, ["searchable"])


def test_what_was_answered_is_sealed_in_the_log(shop: Cast, xiaoman: Member) -> None:
    text(shop, "school")
    answer(shop.browser("cashier"), xiaoman, school="金太阳")
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, list(entry.changes)) == ("members:change", ["sealed"])


def test_a_member_takes_answers_along_and_they_go_with_the_member(shop: Cast, xiaoman: Member) -> None:
    add(shop)
    text(shop, "secret", seen_by="private", searchable=False)
    answer(shop.browser("manager"), xiaoman, favourite_taste="salty", secret="悄悄")
    with database.reading() as session:
        told = {each["label"]: each["value"] for each in collect_own_data(session, xiaoman.id)["answers"]}
    assert told == {"常买口味": "咸", "secret": "悄悄"}
    with database.transaction() as session:
        erase_member(session, xiaoman.id, actor=SYSTEM, at=shop.at)
    assert count(FieldValue) == 0


def test_what_was_answered_about_orders_goes_with_the_member_and_others_stay(shop: Cast) -> None:
    add(shop, subject="order", kind="text", choices=[], key="delivery", label_zh="送货备注")
    till = open_till(shop)
    orders = [till.sell(till.line("拿铁"), member=till.member)["id"], till.sell(till.line("拿铁"))["id"]]
    for order in orders:
        till.browser.api("PATCH", f"/api/v1/orders/{order}", {"fields": {"delivery": "东湖路 1 号"}})
    with database.transaction() as session:
        erase_member(session, till.member.id, actor=SYSTEM, at=shop.at)
    left = [body(till.browser.api("GET", f"/api/v1/orders/{order}"))["fields"]["delivery"] for order in orders]
    assert left == [None, "东湖路 1 号"]


def test_thirty_fields_cost_no_more_questions_than_one(shop: Cast, xiaoman: Member) -> None:
    text(shop, "field_0")
    cashier = shop.browser("cashier")
    with counted() as few:
        answers_of(cashier, xiaoman)
    for number in range(1, 30):
        text(shop, f"field_{number}")
    answer(cashier, xiaoman, **{f"field_{number}": str(number) for number in range(30)})
    with counted() as many:
        assert len(answers_of(cashier, xiaoman)) == 30
    assert len(many) == len(few)


def test_products_are_answered_about_and_found_by_it(shop: Cast) -> None:
    add(shop, subject="product", kind="text", choices=[], key="origin", label_zh="产地", searchable=True)
    manager = shop.browser("manager")
    sent = {"name": "抹茶卷", "price": "28.00", "fields": {"origin": "宇治"}}
    made = body(manager.api("POST", "/api/v1/products", sent))
    assert made["fields"] == {"origin": "宇治"}
    assert [each["name"] for each in body(manager.api("GET", "/api/v1/products?q=宇治"))["items"]] == ["抹茶卷"]
    changed = manager.api("PATCH", f"/api/v1/products/{made['id']}", {"fields": {"origin": None}})
    assert body(changed)["fields"] == {"origin": None}


def test_an_order_is_answered_about_after_the_sale(shop: Cast) -> None:
    add(shop, subject="order", kind="text", choices=[], key="delivery", label_zh="送货备注")
    till = open_till(shop)
    order = till.sell(till.line("拿铁"))
    changed = till.browser.api("PATCH", f"/api/v1/orders/{order['id']}", {"fields": {"delivery": "放门口"}})
    assert (body(changed)["fields"], body(changed)["due"]) == ({"delivery": "放门口"}, order["due"])
    kitchen = shop.browser("kitchen")
    assert kitchen.api("PATCH", f"/api/v1/orders/{order['id']}", {"fields": {"delivery": ""}}).status_code == 403
    assert body(kitchen.api("GET", f"/api/v1/orders/{order['id']}"))["fields"] == {"delivery": "放门口"}
