"""Chromium's devices do what the product's browser tests rely on."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.kit.accessibility import REPOSITORY, axe
from tests.kit.camera import Camera, ean13_picture
from tests.kit.chromium import Chromium, complaints_of
from tests.kit.devtools import (
    add_authenticator,
    deliver_push,
    installability_errors,
    notifications,
    wait_for_worker,
)
from tests.kit.traffic import Traffic
from tests.kit.waiting import wait_until
from tests.kit.webpages import Page as Served
from tests.kit.webpages import serving

pytestmark = pytest.mark.browser

ROOT = REPOSITORY / "node_modules"
DECODER = ROOT / "barcode-detector" / "dist" / "iife" / "ponyfill.js"
WASM = ROOT / "zxing-wasm" / "dist" / "reader" / "zxing_reader.wasm"

SCAN = """async () => {
    BarcodeDetectionAPI.prepareZXingModule({overrides: {locateFile: () => "/reader.wasm"}});
    const stream = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 720}});
    const video = Object.assign(document.createElement("video"), {muted: true, srcObject: stream});
    await video.play();
    await new Promise((seen) => video.requestVideoFrameCallback(seen));
    const found = await new BarcodeDetectionAPI.BarcodeDetector().detect(video);
    stream.getTracks().forEach((track) => track.stop());
    return found.map(({format, rawValue}) => [format, rawValue]);
}"""

PASSKEY = """async () => {
    const bytes = () => crypto.getRandomValues(new Uint8Array(32));
    const made = await navigator.credentials.create({publicKey: {
        challenge: bytes(), rp: {name: "常客", id: "localhost"},
        user: {id: bytes(), name: "amei", displayName: "阿梅"},
        pubKeyCredParams: [{type: "public-key", alg: -7}],
        authenticatorSelection: {residentKey: "required", userVerification: "required"}}});
    const shown = await navigator.credentials.get({publicKey: {challenge: bytes(), userVerification: "required"}});
    return made.id === shown.id;
}"""

LOOK = """() => [innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints > 0, navigator.language,
    matchMedia("(prefers-color-scheme: dark)").matches, Intl.DateTimeFormat().resolvedOptions().timeZone]"""

MESSAGE = {
    "web_push": 8030,
    "notification": {"title": "消费 ¥38.00", "body": "积分 +38", "navigate": "/orders/1", "lang": "zh-CN"},
}


def visit(page: Page, url: str) -> None:
    page.goto(url)
    wait_for_worker(page, "/")


def tell(page: Page) -> dict[str, Any]:
    """What is shown once a push was delivered. Chromium forgets a notification that is asked for between being stored and being
    drawn (its clean-up takes it for one that was closed), so a forgotten one is delivered again."""

    def shown() -> list[dict[str, Any]]:
        deliver_push(page, MESSAGE, scope="/")
        page.wait_for_timeout(500)
        return notifications(page, "/")

    return wait_until(shown, what="a notification", seconds=30)[0]


def test_a_phone_and_a_desk_look_like_themselves(browser: Chromium, site: str) -> None:
    assert browser.version.split(".")[0] >= "156"
    with browser.phone(locale="en", theme="dark") as context:
        page = context.new_page()
        page.goto(site)
        assert page.evaluate(LOOK) == [360, 740, 2, True, "en", True, "Asia/Shanghai"]
    with browser.desk() as context:
        page = context.new_page()
        page.goto(site)
        assert page.evaluate(LOOK) == [1280, 800, 1, False, "zh-CN", False, "Asia/Shanghai"]


def test_the_installed_app_is_told_and_works_offline(browser: Chromium, site: str, profile: Path) -> None:
    with browser.phone(profile=profile) as context:
        page = context.pages[0]
        visit(page, site)
        assert installability_errors(page) == []
        shown = tell(page)
        assert (shown["title"], shown["data"]) == ("消费 ¥38.00", {"navigate": "/orders/1"})
        context.set_offline(True)
        page.reload()
        assert page.title() == "常客"
        assert page.evaluate("fetch('/orders/1').catch(() => 'offline')") == "offline"
        assert context.service_workers[0].evaluate("fetch('/orders/1').catch(() => 'offline')") == "offline"


def test_a_lasting_profile_opens_again_offline(browser: Chromium, site: str, profile: Path) -> None:
    with browser.phone(profile=profile) as context:
        visit(context.pages[0], site)
    with browser.phone(profile=profile) as context:
        context.set_offline(True)
        page = context.pages[0]
        page.goto(site)
        assert page.title() == "常客"


def test_what_is_not_installable_says_why(browser: Chromium, site: str, profile: Path) -> None:
    with browser.phone(profile=profile) as context:
        page = context.pages[0]
        page.goto(f"{site}/orders/1")
        assert installability_errors(page) == ["no-manifest"]


def test_traffic_counts_what_page_and_worker_fetch(browser: Chromium, site: str) -> None:
    with browser.phone() as context:
        traffic = Traffic(context)
        page = context.new_page()
        visit(page, site)
        page.wait_for_load_state("networkidle")
        sizes = {each.url.removeprefix(site): each.size for each in traffic.transfers()}
        assert {"/", "/page.js", "/worker.js", "/extra.js", "/icon.png"} <= sizes.keys()
        assert 3002 < sizes["/extra.js"] < 3300
        assert traffic.by_kind()["image"] > 500
        assert traffic.weight() < traffic.weight(pictures=True)
        assert traffic.weight(worker=False) < traffic.weight() - 3000
        assert "/page.js" not in {each.url.removeprefix(site) for each in traffic.transfers() if each.by_worker}
        assert traffic.outsiders(site) == []
        page.goto(f"{site}/orders/1")
        page.evaluate("fetch('http://127.0.0.1:9/elsewhere').catch(() => null)")
        assert set(traffic.outsiders(site)) == {"http://127.0.0.1:9/elsewhere"}


def test_axe_reads_a_page_with_a_strict_policy(browser: Chromium, site: str) -> None:
    with browser.phone() as context:
        page = context.new_page()
        page.goto(site)
        assert axe(page) == []
        page.evaluate("document.querySelector('button').textContent = ''")
        (found,) = axe(page)
        assert found.startswith("button-name: button: Element does not have inner text")


def test_pages_that_stumble_are_heard(browser: Chromium, site: str) -> None:
    with browser.desk() as context:
        complaints = complaints_of(context)
        page = context.new_page()
        page.goto(site)
        page.evaluate("fetch('/nowhere')")
        assert complaints == []
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        page.evaluate("setTimeout(() => { throw new Error('坏了') })")
        page.wait_for_timeout(100)
        assert len(complaints) == 2


def test_a_passkey_is_made_and_used(browser: Chromium, site: str) -> None:
    with browser.phone() as context:
        page = context.new_page()
        page.goto(site)
        add_authenticator(page)
        assert page.evaluate(PASSKEY) is True


def test_each_opening_of_the_camera_sees_the_code_of_that_moment(browser: Chromium, camera: Camera) -> None:
    pages = {
        "/": Served("<!doctype html><script src='/decoder.js'></script>"),
        "/decoder.js": Served(DECODER.read_text(), "text/javascript"),
        "/reader.wasm": Served(WASM.read_bytes(), "application/wasm"),
    }
    with serving(pages) as origin, browser.phone() as context:
        page = context.new_page()
        page.goto(origin)
        assert page.evaluate(SCAN) == []
        for code in ("88123456781234567890", "88123456781234567808", "常客 CK:C:7K3M-9QXA-4TBW"):
            camera.show(code)
            assert page.evaluate(SCAN) == [["qr_code", code]]
        camera.show_picture(ean13_picture("6901234567892"))
        assert page.evaluate(SCAN) == [["ean_13", "6901234567892"]]
