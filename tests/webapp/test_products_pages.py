"""The catalogue in the back office, as owner, manager, cashier and kitchen see it."""

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.catalog import queries
from services.catalog.queries import ProductView
from services.shared import database, runtime
from tests.cast import Cast
from tests.webapp.back_office import counted, ordered, photo, shelf, stock

CAKE: dict[str, Any] = {
    "name": "草莓云朵蛋糕",
    "price": "198",
    "category": "",
    "options-0-name": "尺寸",
    "options-0-choices-0-name": "6 寸",
    "options-0-choices-0-price_change": "",
    "options-0-choices-1-name": "8 寸",
    "options-0-choices-1-price_change": "80",
    "options-0-choices-2-name": "",
    "options-0-choices-2-price_change": "",
    "options-1-name": "",
    "options-1-choices-0-name": "",
    "options-1-choices-0-price_change": "",
}
HOSTILE = "<script>alert(1)</script>'\"&"


def page(answer: TestResponse) -> str:
    """What stands on a page."""
    return answer.get_data(as_text=True)


def stored(product_id: int) -> ProductView:
    """A product as the database has it."""
    with database.reading() as session:
        return queries.get_product(session, product_id)


def made(answer: TestResponse) -> ProductView:
    """The product that a form made: its page is where the form leads."""
    assert answer.status_code == 303, page(answer)
    return stored(int(answer.headers["Location"].rsplit("/", 1)[-1]))


# ------------------------------------------------------------------ looking


def test_an_empty_shop_is_told_what_to_do(shop: Cast) -> None:
    text = page(shop.browser("owner").get("/staff/products"))
    assert "先加一个商品" in text
    assert "/staff/products/new" in text
    assert "/staff/products/new" not in page(shop.browser("cashier").get("/staff/products"))


def test_the_list_stands_shelf_by_shelf(shop: Cast) -> None:
    stock(shop, "散装糖")
    stock(shop, "海盐芝士卷", category_id=shelf(shop, "切件"))
    text = page(shop.browser("cashier").get("/staff/products"))
    assert text.index("海盐芝士卷") < text.index("散装糖")
    assert "没有分类" in text


@pytest.mark.parametrize(
    ("asked", "seen"),
    [("q=hyzs", True), ("q=拿铁", False), ("state=sold_out", False), ("state=archived", False), ("shelf=0", True),
     ("shelf=99", False), ("shelf=x&state=y&from=z", True), ("from=999999999", False)],
)  # fmt: skip
def test_filters_leave_out_what_does_not_fit(shop: Cast, asked: str, seen: bool) -> None:
    stock(shop, "海盐芝士卷")
    answer = shop.browser("cashier").get(f"/staff/products?{asked}")
    assert answer.status_code == 200
    assert ('id="p-' in page(answer)) is seen


def test_two_hundred_products_are_eight_questions(shop: Cast) -> None:
    counter = shelf(shop, "切件")
    stock(shop, *(f"蛋糕 {number}" for number in range(200)), category_id=counter)
    browser = shop.browser("cashier")
    browser.get("/staff/products")  # the first request of a process asks whether the shop is set up
    with counted() as asked:
        text = page(browser.get("/staff/products"))
    assert len(asked) <= 8, asked
    assert text.count('id="p-') == 60
    assert "from=60" in text


def test_the_next_page_goes_on_where_this_one_ends(shop: Cast) -> None:
    stock(shop, *(f"蛋糕 {number:03}" for number in range(70)))
    text = page(shop.browser("cashier").get("/staff/products?from=60"))
    assert text.count('id="p-') == 10
    assert "蛋糕 060" in text


def test_a_products_page_says_what_every_choice_costs(shop: Cast) -> None:
    browser = shop.browser("owner")
    cake = made(browser.post("/staff/products/new", **CAKE))
    text = page(browser.get(f"/staff/products/{cake.id}"))
    assert "278.00" in text
    assert "南湖店" in text


def test_words_of_a_product_never_become_markup(shop: Cast) -> None:
    browser = shop.browser("owner")
    fields = CAKE | {"name": HOSTILE[:40], "description": HOSTILE, "options-0-name": HOSTILE[:20]}
    cake = made(browser.post("/staff/products/new", **fields))
    assert cake.name == HOSTILE[:40]
    for path in ("", f"/{cake.id}", f"/{cake.id}/edit", "/sort", "?q=<script>"):
        text = page(browser.get(f"/staff/products{path}"))
        assert "<script>alert" not in text


def test_a_product_that_is_not_there_is_not_found(shop: Cast) -> None:
    assert shop.browser("owner").get("/staff/products/404").status_code == 404
    assert shop.browser("owner").get("/staff/products/404/edit").status_code == 404


# ------------------------------------------------------------------ selling out


@pytest.mark.parametrize("role", ["owner", "manager", "cashier", "kitchen"])
def test_everyone_in_the_shop_may_say_sold_out(shop: Cast, role: str) -> None:
    (puff,) = stock(shop, "泡芙")
    browser = shop.browser(role)
    browser.post(f"/staff/products/{puff}/sold-out", store=shop.east.id, sold_out="true")
    assert stored(puff).sold_out(shop.east.id)
    browser.post(f"/staff/products/{puff}/sold-out", store=shop.east.id, sold_out="false")
    assert not stored(puff).sold_out(shop.east.id)


def test_only_for_the_own_store(shop: Cast) -> None:
    (puff,) = stock(shop, "泡芙")
    answer = shop.browser("cashier").post(f"/staff/products/{puff}/sold-out", store=shop.south.id, sold_out="true")
    assert answer.status_code == 403
    assert not stored(puff).sold_out(shop.south.id)


def test_the_switch_brings_back_only_its_row(shop: Cast) -> None:
    puff, _ = stock(shop, "泡芙", "可颂")
    browser = shop.browser("cashier")
    form = {"csrf_token": browser.form_token, "idempotency_key": "k" * 12, "store": shop.east.id, "sold_out": "true"}
    answer = browser.client.post(f"/staff/products/{puff}/sold-out", data=form, headers={"HX-Request": "true"})
    text = page(answer)
    assert answer.status_code == 200
    assert text.count('id="p-') == 1
    assert 'aria-checked="true"' in text
    assert answer.headers["HX-Trigger"].isascii()


@pytest.mark.parametrize("back", ["//evil.example/staff/products", "/staff/products\r\nSet-Cookie: x=y"])
def test_nobody_is_led_away_by_a_forged_way_back(shop: Cast, back: str) -> None:
    (puff,) = stock(shop, "泡芙")
    fields: dict[str, Any] = {"store": shop.east.id, "sold_out": "true", "back": back}
    answer = shop.browser("cashier").post(f"/staff/products/{puff}/sold-out", **fields)
    assert answer.headers["Location"] == "/staff/products"


# ------------------------------------------------------------------ editing


@pytest.mark.parametrize("role", ["cashier", "kitchen", "southern"])
def test_who_only_sells_cannot_open_the_editor(shop: Cast, role: str) -> None:
    (puff,) = stock(shop, "泡芙")
    browser = shop.browser(role)
    for path in ("/new", f"/{puff}/edit", "/categories", "/sort", "/categories/sort"):
        assert browser.get(f"/staff/products{path}").status_code == 403
    assert browser.post(f"/staff/products/{puff}/edit", name="x", price="0").status_code == 403
    assert browser.post(f"/staff/products/{puff}/archive").status_code == 403
    assert stored(puff).name == "泡芙"


def test_flat_names_become_options_and_empty_rows_are_nothing(shop: Cast) -> None:
    cake = made(shop.browser("manager").post("/staff/products/new", **CAKE))
    (size,) = cake.options
    assert (size.key, size.name) == ("chicun", "尺寸")
    assert [(choice.key, choice.price_change) for choice in size.choices] == [("6cun", 0), ("8cun", 8000)]


def test_keys_stay_when_names_change(shop: Cast) -> None:
    browser = shop.browser("owner")
    cake = made(browser.post("/staff/products/new", **CAKE))
    assert 'value="chicun"' in page(browser.get(f"/staff/products/{cake.id}/edit"))
    keys = {"options-0-key": "chicun", "options-0-choices-0-key": "6cun", "options-0-choices-1-key": "8cun"}
    browser.post(f"/staff/products/{cake.id}/edit", **(CAKE | keys | {"options-0-choices-0-name": "六寸"}))
    (size,) = stored(cake.id).options
    assert [(choice.key, choice.name) for choice in size.choices] == [("6cun", "六寸"), ("8cun", "8 寸")]


def test_the_order_on_the_page_is_the_order_that_counts(shop: Cast) -> None:
    fields = {"name": "蛋糕", "price": "1", "options-7-name": "尺寸", "options-7-choices-1001-name": "小"}
    cake = made(shop.browser("owner").post("/staff/products/new", **fields, **{"options-7-choices-0-name": "大"}))
    assert [choice.name for choice in cake.options[0].choices] == ["小", "大"]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": " "}, "f-name"),
        ({"price": "abc"}, "f-price"),
        ({"price": "-1"}, "f-price"),
        ({"category": "99"}, "f-category"),
        ({"category": "new", "new_category": ""}, "f-new_category"),
        ({"barcode": "6901234567890"}, "f-barcode"),
        ({"sku": "a b"}, "f-sku"),
        ({"options-0-choices-1-price_change": "x"}, "f-options-0-choices-1-price_change"),
        ({"options-0-choices-0-name": "", "options-0-choices-0-price_change": "5"}, "f-options-0-choices-0-name"),
        ({"options-0-name": ""}, "f-options-0-name"),
        ({"options-1-name": "口味"}, "f-options-1-choices"),
        ({"options-0-choices-1-name": "6 寸"}, "f-options-0-choices"),
        ({"options-0-choices-0-price_change": "-500"}, "f-options"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    shop: Cast, wrong: dict[str, str], place: str
) -> None:
    fields = CAKE | {"description": "只在周末", "picture": "drawn:strawberry"} | wrong
    answer = shop.browser("owner").post("/staff/products/new", **fields)
    text = page(answer)
    assert answer.status_code == 422
    assert f'id="{place}-err"' in text, [line for line in text.splitlines() if "-err" in line]
    for typed in ("只在周末", "8 寸" if "options-0-choices-1-name" not in wrong else "6 寸"):
        assert typed in text
    assert 'value="drawn:strawberry" checked' in text
    with database.reading() as session:
        assert queries.list_products(session) == []


def test_the_right_check_digit_is_named(shop: Cast) -> None:
    text = page(shop.browser("owner").post("/staff/products/new", **(CAKE | {"barcode": "6901234567890"})))
    assert "最后一位是 2" in text
    assert 'value="6901234567890"' in text


def test_a_new_shelf_is_made_on_the_way(shop: Cast) -> None:
    browser = shop.browser("owner")
    made(browser.post("/staff/products/new", **(CAKE | {"category": "new", "new_category": "整只蛋糕"})))
    again = browser.post("/staff/products/new", **(CAKE | {"category": "new", "new_category": "整只蛋糕"}))
    assert again.status_code == 422
    assert 'id="f-new_category-err"' in page(again)
    with database.reading() as session:
        assert [each.name for each in queries.list_categories(session)] == ["整只蛋糕"]


def test_stores_that_are_not_chosen_do_not_sell_it(shop: Cast) -> None:
    chosen: dict[str, Any] = {"stores[]": [shop.east.id, shop.south.id], "sold_at[]": [shop.south.id]}
    cake = made(shop.browser("owner").post("/staff/products/new", **CAKE, **chosen))
    assert cake.unavailable_at == (shop.east.id,)


def test_sorting_is_not_undone_by_editing(shop: Cast) -> None:
    first, second = stock(shop, "泡芙", "可颂")
    browser = shop.browser("owner")
    browser.post("/staff/products/sort", **ordered(second, first))
    browser.post(f"/staff/products/{second}/edit", name="大可颂", price="18")
    with database.reading() as session:
        assert [line.name for line in queries.list_lines(session, shop.east.id)] == ["大可颂", "泡芙"]


def test_archiving_can_be_taken_back(shop: Cast) -> None:
    (puff,) = stock(shop, "泡芙")
    browser = shop.browser("manager")
    gone = browser.post(f"/staff/products/{puff}/archive")
    assert f'action="/staff/products/{puff}/restore"' in page(browser.get(gone.headers["Location"]))
    assert stored(puff).archived
    browser.post(f"/staff/products/{puff}/restore")
    assert not stored(puff).archived


# ------------------------------------------------------------------ pictures


def test_a_photo_is_kept_and_shown(shop: Cast) -> None:
    browser = shop.browser("owner")
    cake = made(browser.post("/staff/products/new", **CAKE, picture="", picture_file=photo()))
    assert f"/uploads/{cake.picture}" in page(browser.get(f"/staff/products/{cake.id}"))
    with browser.get(f"/uploads/{cake.picture}") as picture:
        assert picture.content_type == "image/webp"


def test_a_photo_survives_a_mistake_elsewhere(shop: Cast) -> None:
    answer = shop.browser("owner").post("/staff/products/new", **(CAKE | {"price": "x"}), picture_file=photo())
    (kept,) = runtime.config().uploads.iterdir()
    assert answer.status_code == 422
    assert f'value="{kept.name}" checked' in page(answer)


def test_another_photo_under_the_same_key_is_another_request(shop: Cast) -> None:
    browser, key = shop.browser("owner"), "one-key-for-two-photos"
    first = browser.post("/staff/products/new", key, **CAKE, picture_file=photo())
    again = browser.post("/staff/products/new", key, **CAKE, picture_file=photo())
    assert again.headers["Location"] == first.headers["Location"]
    other = browser.post("/staff/products/new", key, **CAKE, picture_file=photo("#123456"))
    assert other.status_code == 422


@pytest.mark.parametrize("sent", [b"<svg onload=alert(1)>", b"\x89PNG broken"])
def test_what_is_no_photo_is_told_beside_the_button(shop: Cast, sent: bytes) -> None:
    fields = CAKE | {"picture_file": (io.BytesIO(sent), "x.png")}
    answer = shop.browser("owner").post("/staff/products/new", **fields)
    assert answer.status_code == 422
    assert 'id="f-picture_file-err"' in page(answer)


# ------------------------------------------------------------------ shelves and order


def test_shelves_are_added_renamed_and_put_away(shop: Cast) -> None:
    browser, slices = shop.browser("manager"), shelf(shop, "切件")
    stock(shop, "泡芙", category_id=slices)
    assert browser.post("/staff/products/categories", name="切件").status_code == 422
    browser.post(f"/staff/products/categories/{slices}", name="蛋糕切件")
    assert "1 个商品" in page(browser.get("/staff/products/categories"))
    browser.post(f"/staff/products/categories/{slices}/archive")
    assert browser.get(f"/staff/products/categories/{slices}").status_code == 404
    assert "泡芙" in page(browser.get("/staff/products"))


def test_without_script_an_arrow_moves_one_place(shop: Cast) -> None:
    first, second, third = stock(shop, "泡芙", "可颂", "吐司")
    browser = shop.browser("owner")
    answer = browser.post("/staff/products/sort?shelf=0", **ordered(first, second, third), up=third)
    assert answer.headers["Location"] == "/staff/products/sort?shelf=0"
    text = page(browser.get("/staff/products"))
    assert text.index("泡芙") < text.index("吐司") < text.index("可颂")
