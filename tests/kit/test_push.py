"""The push service is as strict as the real ones, and Firefox really receives what it hands on."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from tests.kit.firefox import firefox
from tests.kit.push_subscriptions import GONE, HANG, RESET, UNKNOWN, Answer
from tests.kit.pushservice import PushService, push_service

SUBSCRIBE = """async (applicationServerKey) => {
    const registration = await navigator.serviceWorker.ready;
    const made = await registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey});
    return made.toJSON();
}"""
CONTACT = "mailto:dianzhang@xiaoman.example"


class Shop:
    """A sender with a VAPID key of its own."""

    def __init__(self) -> None:
        self.vapid = Vapid02()
        self.vapid.generate_keys()
        point = self.vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key = base64.urlsafe_b64encode(point).decode().rstrip("=")

    def send(self, subscription: dict[str, Any], data: object, *, sub: str = CONTACT, **options: Any) -> int:
        """Post a message and return the status."""
        options = {"ttl": 60, "timeout": 2, "vapid_claims": {"sub": sub}} | options
        try:
            answer = webpush(subscription, json.dumps(data), vapid_private_key=self.vapid, **options)
        except WebPushException as refused:
            return int(getattr(refused.response, "status_code", 0))
        return int(answer.status_code)


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def message(number: int) -> dict[str, object]:
    body = {"title": f"消费 ¥{number}.00", "body": "积分 +1", "navigate": f"/orders/{number}", "lang": "zh-CN"}
    return {"web_push": 8030, "notification": body}


@pytest.mark.browser
def test_firefox_is_told_and_the_click_opens_the_order(
    service: PushService, shop: Shop, site: str, tmp_path: Path
) -> None:
    with firefox(push=service, folder=tmp_path) as browser:
        tab = browser.open(site)
        tab.wait_for_worker("/")
        subscription = tab.run(SUBSCRIBE, shop.key)
        assert subscription["endpoint"].startswith(f"{service.origin}/wpush/v2/")
        assert shop.send(subscription, message(1)) == 201
        service.wait_for_browser()
        assert browser.wait_for_alert("消费 ¥1.00")["body"] == "积分 +1"
        (shown,) = tab.notifications("/")
        assert (shown["title"], shown["data"]) == ("消费 ¥1.00", {"navigate": "/orders/1"})
        browser.click_alert("消费 ¥1.00")
        browser.wait_for_tab("/orders/1").wait_for("() => document.title === '订单'", what="the order's page")
        assert tab.notifications("/") == []
        tab.run(
            "() => navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription()).then(s => s.unsubscribe())"
        )
        assert shop.send(subscription, message(2)) == 410
    assert service.faults == []


@pytest.mark.browser
def test_a_mouse_and_a_keyboard_reach_the_page(service: PushService, site: str, tmp_path: Path) -> None:
    with firefox(push=service, folder=tmp_path) as browser:
        tab = browser.open(site)
        assert tab.run("() => [innerWidth, innerHeight, navigator.language]") == [360, 740, "zh-CN"]
        tab.run("""() => {
            document.body.insertAdjacentHTML("beforeend", "<input id=phone inputmode=numeric>");
            document.querySelector("button").addEventListener("click", (event) => {
                document.title = `${event.isTrusted} ${document.querySelector("#phone").value}`; });
        }""")
        tab.fill("#phone", "13800138000")
        tab.click("button")
        with pytest.raises(TimeoutError, match="nobody is not defined"):
            tab.wait_for("() => nobody", seconds=0.2)
        tab.wait_for("() => document.title === 'true 13800138000'")
        tab.screenshot(tmp_path / "phone.png")
        assert (tmp_path / "phone.png").read_bytes().startswith(b"\x89PNG")


def test_a_subscriber_without_a_browser_reads_its_messages(service: PushService, shop: Shop) -> None:
    subscriber = service.subscribe(shop.key)
    assert shop.send(subscriber.info, message(1), headers={"Urgency": "high", "Topic": "order-1"}) == 201
    assert subscriber.payloads == [message(1)]
    (received,) = service.wait_for(1)
    assert (received.headers["urgency"], received.headers["topic"], received.status) == ("high", "order-1", 201)


def test_answers_come_as_planned(service: PushService, shop: Shop) -> None:
    subscriber = service.subscribe()
    elsewhere = Answer.redirect("http://127.0.0.1:9/")
    subscriber.will_answer(Answer.try_later(7), Answer(503), elsewhere, UNKNOWN, then=GONE)
    no_redirects = requests.Session()
    no_redirects.max_redirects = 0
    assert [shop.send(subscriber.info, message(1)) for _ in range(2)] == [429, 503]
    with pytest.raises(requests.TooManyRedirects):
        shop.send(subscriber.info, message(1), requests_session=no_redirects)
    assert [shop.send(subscriber.info, message(1)) for _ in range(3)] == [404, 410, 410]
    assert subscriber.plaintexts == []


def test_it_can_hang_and_break_the_connection(service: PushService, shop: Shop) -> None:
    subscriber = service.subscribe()
    subscriber.will_answer(HANG, RESET)
    with pytest.raises(requests.Timeout):
        shop.send(subscriber.info, message(1), timeout=0.3)
    with pytest.raises(requests.ConnectionError):
        shop.send(subscriber.info, message(1))
    assert shop.send(subscriber.info, message(1)) == 201


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        ({"ttl": 0}, 400, "TTL"),
        ({"sub": "mailto:owner@localhost"}, 403, "BadJwtToken"),
        ({"vapid_claims": {"sub": CONTACT, "aud": "https://push.example"}}, 403, "aud"),
        ({"vapid_claims": {"sub": CONTACT, "exp": int(time.time()) + 90_000}}, 403, "exp"),
        ({"headers": {"Topic": "a" * 33}}, 400, "Topic"),
        ({"headers": {"Urgency": "now"}}, 400, "Urgency"),
        ({"headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "Content-Type"),
        ({"content_encoding": "aesgcm"}, 400, "Content-Encoding"),
    ],
)
def test_what_real_services_refuse_is_refused(
    service: PushService, shop: Shop, options: dict[str, Any], status: int, reason: str
) -> None:
    subscriber = service.subscribe()
    assert shop.send(subscriber.info, message(1), **options) == status
    assert subscriber.plaintexts == []
    assert reason in service.faults[0]


def test_an_expired_proof_is_refused(shop: Shop) -> None:
    with push_service(clock=lambda: time.time() + 30 * 3600) as tomorrow:
        assert shop.send(tomorrow.subscribe().info, message(1)) == 403
        assert "exp is -" in tomorrow.faults[0]


def test_a_body_over_4096_bytes_is_refused(service: PushService, shop: Shop) -> None:
    subscriber = service.subscribe()
    assert shop.send(subscriber.info, "好" * 1400) == 413


def test_another_shop_cannot_use_the_subscription(service: PushService, shop: Shop) -> None:
    assert Shop().send(service.subscribe(shop.key).info, message(1)) == 403
    assert "VapidPkHashMismatch" in service.faults[0]


def test_a_forged_proof_and_a_foreign_body_are_refused(service: PushService, shop: Shop) -> None:
    first, second = service.subscribe(), service.subscribe()
    mixed = first.info | {"keys": second.info["keys"]}
    assert shop.send(mixed, message(1)) == 400
    assert requests.post(first.endpoint, data=b"x", timeout=2).status_code == 401
    proof = service.received[0].headers["authorization"]
    forged = proof.replace(proof.split("k=")[1], Shop().key)
    assert requests.post(first.endpoint, headers={"Authorization": forged}, timeout=2).status_code == 403


def test_an_endpoint_nobody_has_is_unknown(service: PushService, shop: Shop) -> None:
    info = service.subscribe().info
    assert shop.send(info | {"endpoint": f"{service.origin}/wpush/v2/nobody"}, message(1)) == 404
