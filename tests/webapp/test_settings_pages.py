"""The settings in the back office: every kind of field, read-only for whoever may only read."""

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.shared import database
from services.stores import queries
from services.stores.settings import GROUPS, SETTINGS
from tests.browse import body
from tests.cast import Cast
from tests.webapp.back_office import photo

POINTS: dict[str, Any] = {
    "points.step": "10.00",
    "points.per_step": "1",
    "points.way": "steps",
    "points.per_yuan": "100",
    "points.least": "100",
    "points.most_percent": "50",
    "points.most_multiplier": "5",
    "points.months": "12",
    "points.pending_days": "0",
    "points.most_adjusted": "10000",
    "points.most_adjusted_daily": "50000",
}
SHOP: dict[str, Any] = {
    "shop.name": "小满甜品",
    "shop.industry": "dessert",
    "shop.zone": "Asia/Shanghai",
    "shop.language": "zh",
    "shop.contact": "",
}


def page(answer: TestResponse) -> str:
    """What stands on a page."""
    return answer.get_data(as_text=True)


def now_set(name: str) -> Any:
    """A setting as the database has it."""
    with database.reading() as session:
        return queries.load_settings(session)[name]


def save(shop: Cast, group: str, role: str = "owner", **fields: Any) -> TestResponse:
    """Send a group's form."""
    return shop.browser(role).post(f"/staff/settings/{group}", **fields)


def test_every_setting_has_its_field(shop: Cast) -> None:
    browser = shop.browser("owner")
    pages = {group: page(browser.get(f"/staff/settings/{group}")) for group in GROUPS}
    for setting in SETTINGS:
        field = "colour" if setting.kind == "colour" else setting.name
        assert f'name="{field}"' in pages[setting.group]
        assert setting.label in pages[setting.group]


@pytest.mark.parametrize("role", ["manager", "cashier", "kitchen"])
def test_who_may_only_read_sees_values_and_no_form(shop: Cast, role: str) -> None:
    browser = shop.browser(role)
    for group in GROUPS:
        text = page(browser.get(f"/staff/settings/{group}")).split("<main")[1].split("</main>")[0]
        assert "<form" not in text
        assert "只有老板能改设置" in text


@pytest.mark.parametrize("role", ["manager", "cashier", "kitchen"])
def test_who_may_only_read_changes_nothing(shop: Cast, role: str) -> None:
    assert save(shop, "points", role, **(POINTS | {"points.per_step": "100"})).status_code == 403
    assert now_set("points.per_step") == 1


def test_the_groups_say_what_they_are_set_to(shop: Cast) -> None:
    text = page(shop.browser("owner").get("/staff/settings"))
    assert "店名 · 小满甜品" in text
    assert "每消费 ¥10 得 1 积分，¥57.60 得 5 分" in text


def test_the_points_rule_reads_as_a_sentence_while_it_is_typed(shop: Cast) -> None:
    browser = shop.browser("owner")
    asked = "points.step=5&points.per_step=2&points.way=proportional"
    assert "每消费 ¥5 得 2 积分，¥57.60 得 23 分" in page(browser.get(f"/staff/settings/points?{asked}"))
    assert "消费不得积分" in page(browser.get("/staff/settings/points?points.per_step=0"))
    assert "每消费 ¥10 得 1 积分" in page(browser.get("/staff/settings/points?points.step=x&points.per_step=-1"))
    assert now_set("points.step") == 1000


def test_a_change_is_kept_and_said(shop: Cast) -> None:
    browser = shop.browser("owner")
    answer = browser.post("/staff/settings/points", **(POINTS | {"points.step": "5"}))
    assert answer.status_code == 303
    assert "积分改好了" in page(browser.get(answer.headers["Location"]))
    assert now_set("points.step") == 500


@pytest.mark.parametrize(
    ("group", "fields", "wrong"),
    [
        ("points", POINTS | {"points.step": "zehn"}, "points.step"),
        ("points", POINTS | {"points.per_step": "1.5"}, "points.per_step"),
        ("shop", SHOP | {"shop.name": ""}, "shop.name"),
        ("shop", SHOP | {"shop.zone": "Mars/Olympus"}, "shop.zone"),
        ("orders", {"orders.receipt_note": "长" * 61, "orders.large_tender": "5000"}, "orders.receipt_note"),
        ("members", {"members.sources": " "}, "members.sources"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    shop: Cast, group: str, fields: dict[str, str], wrong: str
) -> None:
    answer = save(shop, group, **fields)
    text = page(answer)
    assert answer.status_code == 422
    assert f'id="f-{wrong}-err"' in text
    for value in fields.values():
        assert value.strip() in text


def test_a_switch_that_is_off_sends_nothing_and_is_off(shop: Cast) -> None:
    assert save(shop, "messages").status_code == 303
    assert now_set("messages.sale") is False
    save(shop, "messages", **{"messages.sale": "1"})
    assert now_set("messages.sale") is True


def test_sources_have_words_on_the_page_and_stay_codes(shop: Cast) -> None:
    assert ">到店\n线上\n" in page(shop.browser("owner").get("/staff/settings/members"))
    save(
        shop,
        "members",
        **{
            "members.leap_day": "before",
            "members.silent_days": "180",
            "members.sources": "朋友推荐\r\n到店\r\n小红书\r\n",
        },
    )
    assert now_set("members.sources") == ["friend", "walk_in", "小红书"]


@pytest.mark.parametrize(("colour", "own"), [("#4f7d3a", "#952847"), ("own", "#4f7d3a")])
def test_a_colour_is_a_ready_made_or_an_own_one(shop: Cast, colour: str, own: str) -> None:
    save(shop, "look", colour=colour, own_colour=own, **{"look.logo": ""})
    assert now_set("look.colour") == "#4f7d3a"


def test_too_light_a_colour_is_said_to_be_deepened(shop: Cast) -> None:
    browser = shop.browser("owner")
    said = 'data-changed aria-live="polite" hidden'
    assert said in page(browser.get("/staff/settings/look"))
    browser.post("/staff/settings/look", colour="own", own_colour="#ffd400", **{"look.logo": ""})
    assert said not in page(browser.get("/staff/settings/look"))


def test_a_logo_comes_and_goes(shop: Cast) -> None:
    fields: dict[str, Any] = {"colour": "#952847", "own_colour": "#952847"}
    save(shop, "look", **(fields | {"look.logo": "", "look.logo_file": photo()}))
    logo = now_set("look.logo")
    assert logo.endswith(".webp")
    assert f"/uploads/{logo}" in page(shop.browser("cashier").get("/staff/settings/look"))
    save(shop, "look", **fields, **{"look.logo": logo})
    assert now_set("look.logo") == logo
    save(shop, "look", **fields, **{"look.logo": logo, "look.logo_none": "1"})
    assert now_set("look.logo") == ""


def test_what_is_no_picture_is_no_logo(shop: Cast) -> None:
    sent: dict[str, Any] = {"look.logo": "", "look.logo_file": (io.BytesIO(b"<svg/>"), "logo.svg")}
    answer = save(shop, "look", colour="#952847", own_colour="#952847", **sent)
    assert answer.status_code == 422
    assert 'id="f-look.logo_file-err"' in page(answer)


def test_only_settings_of_the_group_are_taken(shop: Cast) -> None:
    save(shop, "points", **POINTS, **{"shop.name": "别人的店"})
    assert now_set("shop.name") == "小满甜品"


def test_a_group_that_is_not_there_is_not_found(shop: Cast) -> None:
    assert shop.browser("owner").get("/staff/settings/nothing").status_code == 404
    assert save(shop, "nothing").status_code == 404


def test_words_of_settings_never_become_markup(shop: Cast) -> None:
    hostile = "<script>alert(1)</script>"[:24]
    save(shop, "shop", **(SHOP | {"shop.name": hostile, "shop.contact": hostile}))
    for role in ("owner", "cashier"):
        text = page(shop.browser(role).get("/staff/settings/shop"))
        assert "<script>alert" not in text


def test_halves_of_characters_are_left_out(shop: Cast) -> None:
    sent = {"orders.receipt_note": "谢谢\ud800光临\x00", "members.sources": ["walk_in", "\ud800friend"]}
    assert shop.browser("owner").api("PATCH", "/api/v1/settings", sent).status_code == 200
    settings = body(shop.browser("owner").api("GET", "/api/v1/settings"))
    told = {each["name"]: each["value"] for each in settings["items"]} if "items" in settings else settings
    assert (told["orders.receipt_note"], told["members.sources"]) == ("谢谢光临", ["walk_in", "friend"])
