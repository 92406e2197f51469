"""What makes the two apps installable."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from services.shared import database
from services.stores import commands as stores
from tests.cast import Cast
from webapp.web import icons


def body(app: Flask, path: str) -> Any:
    answer = app.test_client().get(path)
    assert answer.status_code == 200, path
    return json.loads(answer.data)


@pytest.mark.parametrize("name", ["staff", "member"])
def test_each_app_has_a_manifest_with_its_own_scope(shop: Cast, name: str) -> None:
    said = body(shop.app, f"/{name}/manifest.webmanifest")
    assert said["id"] == said["scope"] == said["start_url"] == f"/{name}/"
    assert said["name"].startswith("小满甜品")
    assert said["display"] == "standalone"
    assert {icon["sizes"] for icon in said["icons"]} >= {"192x192", "512x512"}
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize("name", ["staff", "member"])
def test_every_address_in_a_manifest_answers(shop: Cast, name: str) -> None:
    said = body(shop.app, f"/{name}/manifest.webmanifest")
    for picture in said["icons"] + said["screenshots"]:
        with shop.client().get(picture["src"]) as answer, Image.open(io.BytesIO(answer.data)) as opened:
            assert picture["sizes"] == f"{opened.width}x{opened.height}"


@pytest.mark.parametrize("file", ["192", "512", "180", "maskable-192", "maskable-512", "badge"])
def test_icons_are_drawn_and_kept_for_ever_under_their_version(shop: Cast, file: str) -> None:
    src = body(shop.app, "/member/manifest.webmanifest")["icons"][0]["src"]
    answer = shop.client().get(f"/member/icons/{file}.png?{src.partition('?')[2]}")
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in shop.client().get(f"/member/icons/{file}.png").headers["Cache-Control"]


def test_there_is_no_other_icon(shop: Cast) -> None:
    assert shop.client().get("/member/icons/99999.png").status_code == 404


def test_without_a_chinese_font_the_mark_is_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    look = icons.Look(plate="#952847", ink="#fbf9f8", mark="满")
    monkeypatch.setattr(icons, "font_files", lambda: ())
    icons.png.cache_clear()
    loop = icons.png(look, 192, "any")
    letter = icons.png(icons.Look(plate="#952847", ink="#fbf9f8", mark="A"), 192, "any")
    icons.png.cache_clear()
    assert len(loop) > 800
    assert loop != letter


def test_a_logo_stands_on_its_plate(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGB", (300, 200), "#00ff00").save(logo)
    drawn = icons.png(icons.Look(plate="#fefefd", ink="", mark="", logo=logo), 192, "plain")
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.getpixel((96, 96)) == (0, 255, 0)
        assert picture.getpixel((2, 2)) == (254, 254, 253)


def test_the_colour_of_the_shop_reaches_stylesheet_manifest_and_icons(shop: Cast) -> None:
    before = body(shop.app, "/member/manifest.webmanifest")
    with database.transaction() as session:
        stores.change_settings(session, {"look.colour": "#1f6fff"}, actor=shop.owner, at=shop.at)
    after = body(shop.app, "/member/manifest.webmanifest")
    assert before["theme_color"] == "#952847"
    assert after["theme_color"] != before["theme_color"]
    assert after["icons"][0]["src"] != before["icons"][0]["src"]
    assert after["theme_color"] in shop.client().get("/brand.css").text


def test_the_worker_ships_unchanged_and_may_serve_the_whole_origin(shop: Cast) -> None:
    answer = shop.client().get("/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    assert "importScripts('/sw-bundle.js')" in answer.text
    queue = shop.client().get("/sw-queue.js")
    assert ("self.changkeQueue=" in queue.text, queue.headers["Cache-Control"]) == (True, "no-cache")


def test_the_bundle_names_the_build_and_only_files_that_exist(shop: Cast) -> None:
    answer = shop.client().get("/sw-bundle.js")
    about = json.loads(answer.text.strip().splitlines()[-1].removeprefix("self.CHANGKE = ").removesuffix(";"))
    assert len(about["build"]) == 10
    assert len(about["assets"]) == 5
    for address in about["assets"]:
        with shop.client().get(address) as file:
            assert file.status_code == 200


@pytest.mark.parametrize("name", ["staff", "member"])
def test_the_offline_page_is_for_everybody_and_knows_nobody(shop: Cast, name: str) -> None:
    for browser in (shop.client(), shop.browser("owner")):
        answer = browser.get(f"/{name}/offline")
        assert answer.status_code == 200
        assert "没有网络" in answer.text
        assert "阿满" not in answer.text


def test_search_engines_stay_out(shop: Cast) -> None:
    assert "Disallow: /" in shop.client().get("/robots.txt").text
