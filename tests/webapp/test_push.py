"""A sale reaches the member's inbox once and their devices by push, whatever the push services do."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import update

from services.checkout import reactions
from services.messaging.models import PushSubscription
from services.shared import clock, database, http
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.kit.push_subscriptions import GONE, HANG, RESET, UNKNOWN, Answer
from tests.kit.pushservice import PushService, push_service
from tests.pushing import Device, admit, deliver, deliveries, device, last_sale, messages, phone, sell
from tests.selling import Till, open_till, welcome_member


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def other() -> Iterator[PushService]:
    """A second service, so that one can be down while the other is up."""
    with push_service() as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], service: PushService, other: PushService) -> dict[str, str]:
    return admit(environ, service, other)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_sale_is_told_in_the_inbox_and_on_the_phone(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    order = sell(till)
    assert deliver() == {"sent": 1}
    message = messages()[0]
    assert (message.title, message.path, message.read_at) == ("消费 ¥22.00", f"/member/orders/{order['id']}", None)
    assert "得 2 积分，现有 2" in message.body
    (told,) = xiaoman.told
    assert told["notification"] == {
        "title": "消费 ¥22.00",
        "body": "小票收好了，点开看看",
        "navigate": f"http://localhost:8000/member/orders/{order['id']}",
        "tag": f"order:{order['id']}",
        "lang": "zh-CN",
        "silent": False,
    }
    assert (told["web_push"], told["app_badge"]) == (8030, 1)


def test_the_service_finds_nothing_wrong_with_a_push(till: Till, service: PushService) -> None:
    phone(service, till)
    sell(till)
    deliver()
    assert service.faults == []
    sent = service.received[0].headers
    assert (sent["ttl"], sent["urgency"], sent["content-type"]) == (
        str(2 * 86400),
        "normal",
        "application/octet-stream",
    )
    assert 0 < len(sent["topic"]) <= 32


def test_what_is_sent_is_not_sent_again(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    sell(till)
    assert [deliver(), deliver()] == [{"sent": 1}, {}]
    assert len(xiaoman.told) == 1


def test_a_reaction_that_runs_twice_tells_once(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    sell(till)
    with database.transaction() as session:
        reactions.tell_member(session, last_sale())
    deliver()
    assert (len(messages()), len(deliveries()), len(xiaoman.told)) == (1, 1, 1)


def test_every_device_of_the_member_is_told_and_nobody_else(till: Till, service: PushService) -> None:
    mine = [phone(service, till), phone(service, till)]
    stranger = phone(service, till, welcome_member(NOON, "王芳", "+8613900139000"))
    sell(till)
    deliver()
    assert [len(each.told) for each in (*mine, stranger)] == [1, 1, 0]


def test_a_walk_in_is_not_told(till: Till, service: PushService) -> None:
    phone(service, till)
    till.sell(till.line("拿铁"))
    assert (messages(), deliver()) == ([], {})


def test_the_badge_is_what_is_unread_when_the_push_leaves(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    sell(till)
    first = messages()[0].id
    sell(till)
    xiaoman.browser.api("POST", f"/api/v1/me/messages/{first}/read")
    deliver()
    assert {told["app_badge"] for told in xiaoman.told} == {1}


def test_an_english_reader_is_told_in_english(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    with database.transaction() as session:
        session.execute(update(type(till.member)).values(language="en"))
    sell(till)
    deliver()
    notification = xiaoman.told[0]["notification"]
    assert (notification["lang"], notification["body"]) == ("en", "Your receipt is here")
    assert messages()[0].title == "Paid ¥22.00"


def test_old_sales_are_no_news(till: Till, service: PushService) -> None:
    phone(service, till)
    sell(till)
    event = last_sale()
    old = replace(event, order_id=999, completed_at=(NOON - timedelta(days=1, seconds=1)).isoformat())
    with database.transaction() as session:
        reactions.tell_member(session, old)
    assert [message.key for message in messages()] == [f"order:{event.order_id}"]


def test_a_shop_that_tells_nothing_tells_nothing(till: Till, service: PushService) -> None:
    phone(service, till)
    with database.transaction() as session:
        stores.change_settings(session, {"messages.sale": False}, actor=SYSTEM, at=NOON)
    sell(till)
    assert (messages(), deliver()) == ([], {})


def test_a_phone_that_changes_hands_takes_nothing_along(till: Till, service: PushService) -> None:
    """One phone, two people: what waits for the first is not shown to the second."""
    xiaoman = phone(service, till)
    sell(till)
    wang = welcome_member(NOON, "王芳", "+8613900139000")
    hers = Device(till.shop.phone(wang), xiaoman.at_service)
    assert hers.subscribe().status_code == 201
    assert (deliver(), xiaoman.told) == ({}, [])
    sell(till)
    sell(till, wang)
    assert deliver() == {"sent": 1}
    assert len(messages()) == 3


def test_a_till_and_a_phone_are_two_devices(till: Till, service: PushService) -> None:
    counter = device(service, till.browser, "staff")
    sell(till)
    assert deliver() == {}
    assert counter.ask_for_test() == 202
    deliver()
    assert counter.told[0]["notification"]["navigate"].endswith("/staff/")


def test_saying_it_again_is_still_one_device(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    assert xiaoman.subscribe().status_code == 201
    sell(till)
    assert deliver() == {"sent": 1}


def test_a_device_taken_back_is_told_nothing(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    sell(till)
    gone = xiaoman.browser.api("DELETE", "/api/v1/me/push-subscriptions", {"endpoint": xiaoman.at_service.endpoint})
    assert (gone.status_code, deliver(), deliveries()) == (204, {}, [])


def test_nobody_takes_back_the_device_of_another(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    stranger = till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))
    endpoint = {"endpoint": xiaoman.at_service.endpoint}
    assert stranger.api("DELETE", "/api/v1/me/push-subscriptions", endpoint).status_code == 204
    sell(till)
    assert deliver() == {"sent": 1}


def test_ten_devices_are_enough(till: Till, service: PushService) -> None:
    browser = till.shop.phone(till.member)
    answers = [Device(browser, service.subscribe()).subscribe() for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [422]
    assert body(answers[-1])["code"] == "too_many_subscriptions"


def test_a_test_goes_to_the_own_device_alone(till: Till, service: PushService) -> None:
    xiaoman, also = phone(service, till), phone(service, till)
    stranger = Device(till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000")), xiaoman.at_service)
    assert (stranger.ask_for_test(), xiaoman.ask_for_test()) == (404, 202)
    deliver()
    assert (len(xiaoman.told), len(also.told), len(messages())) == (1, 0, 0)
    assert xiaoman.told[0]["notification"]["body"] == "收到了，这台设备能收通知"
    assert service.received[0].headers["urgency"] == "high"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://notify.windows.com/x",
        "https://android.chromlum.info/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://me@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://evil.example\\.push.apple.com/x",
        "https://127.0.0.1/x",
        "http://localhost/x",
        "ftp://web.push.apple.com/x",
        "web.push.apple.com",
    ],
)
def test_other_addresses_are_not_push_services(till: Till, service: PushService, endpoint: str) -> None:
    answer = Device(till.shop.phone(till.member), service.subscribe()).subscribe(endpoint=endpoint)
    assert (answer.status_code, body(answer)["code"]) == (422, "endpoint_refused")


@pytest.mark.parametrize(
    "keys",
    [
        {"auth": "AA"},
        {"auth": ""},
        {"p256dh": "BA"},
        {"p256dh": "B" + "A" * 86},
        {"p256dh": "not base64!"},
        {"p256dh": "小满"},
    ],
)
def test_keys_that_cannot_work_are_refused_at_once(till: Till, service: PushService, keys: dict[str, str]) -> None:
    made = Device(till.shop.phone(till.member), service.subscribe())
    answer = made.subscribe(keys=made.at_service.info["keys"] | keys)
    assert (answer.status_code, body(answer)["errors"]) == (422, {"keys": ["推送密钥不对"]})


@pytest.mark.parametrize("answer", [GONE, UNKNOWN])
def test_a_device_that_is_gone_is_forgotten(till: Till, service: PushService, answer: Answer) -> None:
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(answer)
    sell(till)
    assert deliver() == {"gone": 1}
    sell(till)
    assert (deliver(), deliveries(), len(messages())) == ({}, [], 2)


DEAD = Answer(403)


def be_refused(till: Till, device: Device, *hours: float) -> list[dict[str, int]]:
    """Sell at these hours after noon while the service refuses this device; how each push ended."""
    ended = []
    for hour in hours:
        device.at_service.will_answer(DEAD)
        with clock.stand_at(later(3600 * hour)):
            sell(replace(till, browser=replace(till.shop, at=clock.now()).browser("cashier")))
            ended.append(deliver())
    return ended


def test_a_device_that_was_refused_three_times_in_three_days_is_forgotten(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    assert be_refused(till, xiaoman, 0, 71, 72) == [{"refused": 1}, {"refused": 1}, {"gone": 1}]
    sell(till)
    assert (deliver(), deliveries(), len(messages())) == ({}, [], 4)


def test_refusals_that_lie_far_apart_do_not_add_up(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    assert be_refused(till, xiaoman, 0, 1, 73, 74) == [{"refused": 1}] * 4
    assert be_refused(till, xiaoman, 75) == [{"gone": 1}]


def test_a_push_that_is_taken_ends_the_count(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    be_refused(till, xiaoman, 0, 1)
    sell(till)
    assert deliver() == {"sent": 1}
    assert be_refused(till, xiaoman, 2, 3) == [{"refused": 1}] * 2


def test_saying_hello_again_does_not_end_the_count(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    be_refused(till, xiaoman, 0, 1)
    assert xiaoman.subscribe().status_code == 201
    assert be_refused(till, xiaoman, 2) == [{"gone": 1}]


def test_where_everybody_is_refused_the_fault_is_ours_and_nobody_is_forgotten(
    till: Till, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    phones = [phone(service, till) for _ in range(2)]
    for hour in range(4):
        phones[1].at_service.will_answer(DEAD)
        assert be_refused(till, phones[0], hour) == [{"refused": 2}]
    assert "refuses every push" in caplog.text
    sell(till)  # the key is right again
    assert deliver() == {"sent": 2}
    assert be_refused(till, phones[0], 5, 6, 7)[-1] == {"gone": 1, "sent": 1}


def test_a_busy_service_is_asked_again_when_it_said(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(Answer.try_later(900))
    sell(till)
    assert deliver() == {"retry": 1}
    with clock.stand_at(later(899)):
        assert deliver() == {}
    with clock.stand_at(later(900 * 1.25)):
        assert deliver() == {"sent": 1}
    assert len(xiaoman.told) == 1


def test_a_date_in_retry_after_is_kept_too(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(Answer(429, {"Retry-After": "Sat, 21 Nov 2026 07:20:00 GMT"}))
    sell(till)
    deliver()
    assert NOON + timedelta(hours=1) <= deliveries()[0].available_at <= NOON + timedelta(minutes=75)


@pytest.mark.parametrize("trouble", [Answer(500), Answer(503), Answer(406), RESET, HANG])
def test_trouble_at_the_service_is_tried_again(
    till: Till, service: PushService, trouble: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.5)
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(trouble)
    sell(till)
    assert deliver() == {"retry": 1}
    with clock.stand_at(later(20)):
        assert deliver() == {"sent": 1}
    assert (len(xiaoman.told), deliveries()[0].attempts) == (1, 2)


def test_after_two_days_a_push_is_no_news_any_more(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(then=Answer(503))
    sell(till)
    deliver()
    xiaoman.at_service.will_answer()
    with clock.stand_at(NOON + timedelta(days=2, seconds=1)):
        assert deliver() == {}
    assert xiaoman.told == []


def test_a_redirect_is_not_followed(till: Till, service: PushService, other: PushService) -> None:
    xiaoman = phone(service, till)
    xiaoman.at_service.will_answer(Answer.redirect(other.subscribe().endpoint))
    sell(till)
    assert (deliver(), other.received) == ({"failed": 1}, [])


def test_a_push_that_is_too_long_is_shortened_once(till: Till, service: PushService) -> None:
    first, second = phone(service, till), phone(service, till)
    first.at_service.will_answer(Answer(413))
    second.at_service.will_answer(then=Answer(413))
    sell(till)
    assert deliver() == {"shrink": 2, "sent": 1, "failed": 1}
    notification = first.told[0]["notification"]
    assert (notification["title"], notification["body"]) == ("消费 ¥22.00", "")


def test_one_broken_device_does_not_stop_the_others(till: Till, service: PushService) -> None:
    broken, *sound = [phone(service, till) for _ in range(4)]
    with database.transaction() as session:
        session.execute(
            update(PushSubscription)
            .where(PushSubscription.endpoint == broken.at_service.endpoint)
            .values(p256dh="no key at all")
        )
    sell(till)
    assert deliver() == {"sent": 3, "failed": 1}
    assert [len(each.told) for each in sound] == [1, 1, 1]


def test_a_service_taken_off_the_list_is_not_sent_to(till: Till, service: PushService) -> None:
    """The list is asked when a device subscribes, and again at every send."""
    phone(service, till)
    sell(till)
    with database.transaction() as session:
        session.execute(update(PushSubscription).values(endpoint="http://127.0.0.1:9/elsewhere"))
    assert deliver() == {"failed": 1}


def test_a_service_that_hangs_delays_no_other(till: Till, service: PushService, other: PushService) -> None:
    for _ in range(9):
        phone(service, till).at_service.will_answer(then=HANG)
    well = phone(other, till)
    sell(till)
    worker = threading.Thread(target=deliver)
    worker.start()
    other.wait_for(1, seconds=5)
    service.wait_for(1)  # it is being asked, and says nothing
    began = monotonic()
    sell(till)  # written while the other one hangs; the push leaves with the same worker
    other.wait_for(2, seconds=5)
    assert monotonic() - began < http.READ_SECONDS / 2
    service.closing.set()  # ends the silence
    worker.join(timeout=30)
    assert not worker.is_alive()
    assert len(well.told) == 2


def test_the_inbox_is_the_members_own(till: Till, service: PushService) -> None:
    sell(till)
    message = messages()[0].id
    stranger = till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))
    assert stranger.api("POST", f"/api/v1/me/messages/{message}/read").status_code == 404
    assert body(stranger.api("GET", "/api/v1/me/messages"))["items"] == []
    assert stranger.get(f"/member/inbox/{message}").status_code == 404
    assert messages()[0].read_at is None


def test_a_program_writes_to_a_member(till: Till, service: PushService) -> None:
    xiaoman = phone(service, till)
    headers = till.shop.token("messages:send", "messages:read") | {"Idempotency-Key": "cake-is-ready"}
    path = f"/api/v1/members/{till.member.id}/messages"
    sent = [
        till.shop.client().post(path, json={"title": "蛋糕好了", "body": "请来取"}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert (deliver(), len(messages())) == ({"sent": 1}, 1)
    notice = xiaoman.told[0]["notification"]
    assert notice["navigate"].endswith(f"/member/inbox/{messages()[0].id}")
    assert (notice["title"], notice["body"]) == (
        "小满甜品",
        "您有一条新消息，点开看看",
    )  # a lock screen tells nothing more


@pytest.mark.parametrize(("role", "status"), [("manager", 201), ("cashier", 403), ("kitchen", 403)])
def test_writing_to_members_is_for_managers(till: Till, role: str, status: int) -> None:
    path = f"/api/v1/members/{till.member.id}/messages"
    answer = till.shop.browser(role).api("POST", path, {"title": "蛋糕好了", "body": "请来取"})
    assert answer.status_code == status
