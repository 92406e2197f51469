"""Stores in the back office."""

from werkzeug.test import TestResponse

from services.shared import database
from services.stores import queries
from services.stores.models import Store
from tests.cast import Cast
from tests.webapp.back_office import ordered

WEST = {
    "code": "A3",
    "name": "西湖店",
    "address": "西湖路 1 号",
    "phone": "0571 8888",
    "opens": "08:00",
    "closes": "22:00",
}
HOSTILE = "<img src=x onerror=a>"


def page(answer: TestResponse) -> str:
    """What stands on a page."""
    return answer.get_data(as_text=True)


def known(shop: Cast) -> dict[str, Store]:
    """Every store by its code."""
    with database.reading() as session:
        return {store.code: store for store in queries.list_stores(session, actor=shop.owner, archived=True)}


def test_the_owner_opens_a_store(shop: Cast) -> None:
    browser = shop.browser("owner")
    assert 'value="A3"' in page(browser.get("/staff/stores/new"))  # the next free code
    answer = browser.post("/staff/stores/new", **WEST)
    assert answer.status_code == 303
    assert {field: getattr(known(shop)["A3"], field) for field in WEST} == WEST
    assert "西湖店开好了" in page(browser.get(answer.headers["Location"]))


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(shop: Cast) -> None:
    answer = shop.browser("owner").post("/staff/stores/new", **(WEST | {"code": "a-1", "opens": "25:00", "name": ""}))
    text = page(answer)
    assert answer.status_code == 422
    for field in ("code", "opens", "name"):
        assert f'id="f-{field}-err"' in text
    for typed in ("a-1", "25:00", "西湖路 1 号"):
        assert f'value="{typed}"' in text


def test_a_taken_code_is_refused(shop: Cast) -> None:
    answer = shop.browser("owner").post("/staff/stores/new", **(WEST | {"code": "A1"}))
    assert answer.status_code == 422
    assert 'id="f-code-err"' in page(answer)


def test_the_code_stays_whatever_is_sent(shop: Cast) -> None:
    path = f"/staff/stores/{shop.east.id}"
    assert shop.browser("owner").post(path, **(WEST | {"code": "Z9"})).status_code == 303
    assert known(shop)["A1"].name == "西湖店"


def test_closing_can_be_taken_back(shop: Cast) -> None:
    browser, path = shop.browser("owner"), f"/staff/stores/{shop.south.id}"
    assert "随时能重新开" in page(browser.get(path))
    gone = browser.post(f"{path}/archive")
    text = page(browser.get(gone.headers["Location"]))
    assert f'action="{path}/restore"' in text
    assert "关掉的" in text
    browser.post(f"{path}/restore")
    assert known(shop)["A2"].archived_at is None


def test_the_last_store_stays_open_and_the_page_says_why(shop: Cast) -> None:
    browser = shop.browser("owner")
    browser.post(f"/staff/stores/{shop.south.id}/archive")
    assert "这是唯一的一家店" in page(browser.get(f"/staff/stores/{shop.east.id}"))
    answer = browser.post(f"/staff/stores/{shop.east.id}/archive")
    assert answer.status_code == 422
    assert "至少要留一家门店" in page(answer)
    assert known(shop)["A1"].archived_at is None


def test_stores_are_sorted_by_hand(shop: Cast) -> None:
    browser = shop.browser("owner")
    browser.post("/staff/stores/sort", **ordered(shop.south.id, shop.east.id))
    text = page(browser.get("/staff/stores"))
    assert text.index("南湖店") < text.index("东湖店")


def test_a_cashier_reads_the_own_store_and_changes_none(shop: Cast) -> None:
    browser = shop.browser("cashier")
    assert "南湖店" not in page(browser.get("/staff/stores"))
    assert "<form" not in page(browser.get(f"/staff/stores/{shop.east.id}")).split("<main")[1].split("</main>")[0]
    assert browser.get(f"/staff/stores/{shop.south.id}").status_code == 404
    assert browser.get("/staff/stores/new").status_code == 403
    assert browser.post(f"/staff/stores/{shop.east.id}", **WEST).status_code == 403


def test_words_of_a_store_never_become_markup(shop: Cast) -> None:
    browser = shop.browser("owner")
    browser.post(f"/staff/stores/{shop.east.id}", **(WEST | {"name": HOSTILE, "address": HOSTILE}))
    for path in ("", f"/{shop.east.id}", "/sort"):
        assert HOSTILE not in page(browser.get(f"/staff/stores{path}"))
