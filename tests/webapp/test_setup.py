"""An empty installation becomes a shop, once."""

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from services.identity import queries as identity
from services.identity.rules import password_matches
from services.shared import database, runtime
from services.stores.queries import is_set_up, load_settings
from tests.browse import Browser
from tests.cast import Cast
from tests.conftest import Template
from webapp import create_app
from webapp.web import setup

FILLED = {
    "shop": "小满甜品",
    "industry": "dessert",
    "store": "东湖店",
    "owner_name": "阿满",
    "username": "aman",
    "password": "sweet-tooth-2026",
    "colour": "#4f7d3a",
}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def send(browser: Browser, elsewhere: bool = False, **changes: Any) -> TestResponse:
    fields = {"csrf_token": browser.form_token, "idempotency_key": "a-key-of-this-form", **FILLED, **changes}
    return browser.client.post("/setup", data=fields, environ_overrides=ELSEWHERE if elsewhere else {})


def done() -> bool:
    with database.reading() as session:
        return is_set_up(session)


@pytest.mark.parametrize("path", ["/", "/staff/", "/member/", "/staff/members", "/member/messages"])
def test_every_page_of_an_empty_installation_leads_to_the_wizard(empty_app: Flask, path: str) -> None:
    answer = empty_app.test_client().get(path)
    assert (answer.status_code, answer.location) == (303, "/setup")


def test_the_wizard_opens_the_shop_with_its_owner(empty_app: Flask) -> None:
    browser = Browser(empty_app)
    answer = send(browser)
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert "店铺建好了" in browser.client.get("/staff/").text  # in at once: the password was chosen a moment ago
    with database.reading() as session:
        owner = identity.find_staff(session, "aman")
        assert owner is not None
        assert password_matches(owner.password_hash, "sweet-tooth-2026")
        assert load_settings(session)["look.colour"] == "#4f7d3a"
        assert load_settings(session)["shop.name"] == "小满甜品"


def test_a_second_run_is_refused(empty_app: Flask) -> None:
    send(Browser(empty_app))
    answer = send(Browser(empty_app), username="thief", idempotency_key="another-key-here")
    assert answer.location == "/staff/"
    with database.reading() as session:
        assert identity.find_staff(session, "thief") is None


def test_a_shop_that_is_set_up_has_no_wizard(shop: Cast) -> None:
    assert shop.client().get("/setup").location == "/staff/"


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(empty_app: Flask) -> None:
    answer = send(Browser(empty_app), password="short", shop="")
    assert answer.status_code == 422
    assert "密码 8 到 128 位" in answer.text
    assert 'value="aman"' in answer.text
    assert "short" not in answer.text
    assert not done()


def test_an_own_colour_and_a_store_without_a_name(empty_app: Flask) -> None:
    send(Browser(empty_app), colour="own", own_colour="#1f6fff", store="")
    with database.reading() as session:
        assert load_settings(session)["look.colour"] == "#1f6fff"


def test_from_another_machine_the_installation_code_is_asked_for(empty_app: Flask) -> None:
    assert "安装码" in empty_app.test_client().get("/setup", environ_overrides=ELSEWHERE).text
    assert send(Browser(empty_app), elsewhere=True, code="guess").status_code == 422
    assert not done()
    assert send(Browser(empty_app), elsewhere=True, code=setup.code()).status_code == 303
    assert done()


def test_a_proxy_that_nobody_told_us_of_is_another_machine(empty_app: Flask) -> None:
    page = empty_app.test_client().get("/setup", headers={"X-Forwarded-For": "203.0.113.9"})
    assert "安装码" in page.text
    assert "安装码" not in empty_app.test_client().get("/setup").text


def test_a_shop_on_the_open_internet_always_asks_for_the_code(template: Template, tmp_path: Path) -> None:
    app = create_app(template.copy("empty", tmp_path / "data") | {"PUBLIC_ORIGIN": "https://shop.example"})
    assert "安装码" in app.test_client().get("/setup").text, "a proxy in between may not say so"
    database.close()


def test_the_installation_code_cannot_be_guessed_for_long(empty_app: Flask) -> None:
    codes = [send(Browser(empty_app), elsewhere=True, code=str(number)).status_code for number in range(21)]
    assert codes == [422] * 20 + [429]


def test_the_logo_is_drawn_anew_and_reaches_the_icons(empty_app: Flask) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "#00aa55").save(picture, "PNG")
    send(Browser(empty_app), logo=(io.BytesIO(picture.getvalue()), "logo.png"))
    with database.reading() as session:
        name = load_settings(session)["look.logo"]
    with Image.open(runtime.config().uploads / name) as kept:
        assert (kept.format, kept.width) == ("WEBP", 1200)
    icon = empty_app.test_client().get("/member/icons/512.png")
    with Image.open(io.BytesIO(icon.data)) as drawn:
        red, green, blue, _ = drawn.convert("RGBA").getpixel((256, 256))  # type: ignore[misc]
        assert abs(green - 0xAA) < 8
        assert abs(red) < 12
        assert abs(blue - 0x55) < 12


def test_a_file_that_is_no_picture_is_said_so(empty_app: Flask) -> None:
    answer = send(Browser(empty_app), logo=(io.BytesIO(b"<svg onload=alert(1)>"), "logo.png"))
    assert answer.status_code == 422
    assert "这不是能用的图片" in answer.text
    assert not done()


def test_the_colour_field_can_ask_what_becomes_of_a_colour(shop: Cast) -> None:
    answer = shop.client().get("/brand/preview.json?colour=%23ffd400").get_json()
    assert answer["changed"]
    assert answer["light"]["--color-primary"] != "#ffd400"
    assert shop.client().get("/brand/preview.json?colour=red").status_code == 404
