"""Deliveries in the hands of several workers: leased once, fenced, never lost; and the pure rules of push."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.models import Member
from services.messaging import commands, jobs, outgoing, rules
from services.messaging.models import Delivery, PushSubscription
from services.messaging.rules import Answer
from services.messaging.texts import Text
from services.shared import database
from services.shared.actors import Actor
from tests.cast import Cast
from tests.conftest import NOON
from tests.kit.push_rules import from_base64url
from tests.kit.push_subscriptions import HeadlessSubscription
from tests.pushing import deliveries, messages
from tests.selling import welcome_member
from tests.webapp.test_orders_at_once import at_once

SENT, BUSY = Answer(201), Answer(503)
AFTER_LEASE = NOON + rules.LEASE + timedelta(seconds=1)


@pytest.fixture
def member(shop: Cast) -> Member:
    return welcome_member(shop.at)


def subscribe(member: Member, times: int = 1) -> None:
    me = Actor("member", member.id, member.name)
    for number in range(times):
        keys = HeadlessSubscription("", application_key=None).info["keys"]
        with database.transaction() as session:
            endpoint = f"https://web.push.apple.com/{member.id}-{number}"
            commands.subscribe(session, app="member", endpoint=endpoint, **keys, name="phone", actor=me, at=NOON)


def write(member: Member, key: str = "order:1", at: datetime = NOON) -> int | None:
    with database.transaction() as session:
        text = Text("消费 ¥22.00", "点开看小票。", "消费 ¥22.00", "点开看看")
        return commands.send_message(
            session, member.id, key=key, category="service", text=text, path="/member/", language="zh", at=at
        )


def state() -> tuple[str, int]:
    (delivery,) = deliveries()
    return delivery.state, delivery.attempts


def test_a_message_has_its_key_once(member: Member) -> None:
    assert write(member) is not None
    assert write(member) is None
    assert len(messages()) == 1


def test_sixty_four_writers_of_one_message_write_one(member: Member) -> None:
    subscribe(member, 3)
    written = at_once(lambda _number: write(member))
    assert sum(made is not None for made in written) == 1
    assert (len(messages()), len(deliveries())) == (1, 3)


def test_a_leased_delivery_is_nobody_elses_until_the_lease_ends(member: Member) -> None:
    subscribe(member)
    write(member)
    assert len(outgoing.lease(NOON)) == 1
    assert outgoing.lease(NOON + rules.LEASE) == []
    assert len(outgoing.lease(AFTER_LEASE)) == 1
    assert state() == ("leased", 2)


def test_a_late_worker_cannot_undo_what_a_later_one_did(member: Member) -> None:
    subscribe(member)
    write(member)
    late, quick = outgoing.lease(NOON), outgoing.lease(AFTER_LEASE)
    outgoing.record([(quick[0], SENT)], AFTER_LEASE)
    outgoing.record([(late[0], BUSY)], AFTER_LEASE)
    assert state() == ("sent", 2)


def test_a_late_worker_that_comes_first_does_not_end_the_later_try(member: Member) -> None:
    subscribe(member)
    write(member)
    late, quick = outgoing.lease(NOON), outgoing.lease(AFTER_LEASE)
    outgoing.record([(late[0], Answer(400))], AFTER_LEASE)
    assert state() == ("leased", 2)
    outgoing.record([(quick[0], SENT)], AFTER_LEASE)
    assert state() == ("sent", 2)


def test_workers_side_by_side_share_the_work_without_a_row_twice(shop: Cast) -> None:
    for number in range(30):
        member = welcome_member(shop.at, f"会员{number}", f"+86138001380{number:02d}")
        subscribe(member, 10)
        write(member)
    taken = [leased.id for batch in at_once(lambda _worker: outgoing.lease(NOON), 8) for leased in batch]
    assert set(Counter(taken).values()) == {1}
    while batch := outgoing.lease(NOON):
        taken += [leased.id for leased in batch]
    assert sorted(taken) == [delivery.id for delivery in deliveries()]


def test_a_busy_service_is_left_out_of_a_batch(member: Member) -> None:
    subscribe(member)
    write(member)
    assert outgoing.lease(NOON, without=["https://web.push.apple.com"]) == []
    assert len(outgoing.lease(NOON, without=["https://web.push.apple.co"])) == 1


def test_a_device_that_subscribed_again_is_not_forgotten_for_its_old_endpoint(member: Member) -> None:
    subscribe(member)
    write(member)
    leased = outgoing.lease(NOON)[0]
    with database.transaction() as session:
        session.get_one(PushSubscription, leased.subscription_id).endpoint = "https://web.push.apple.com/new"
    outgoing.record([(leased, Answer(410))], NOON)
    with database.reading() as session:
        assert session.get(PushSubscription, leased.subscription_id) is not None


def test_what_is_too_old_is_closed_and_later_forgotten(member: Member) -> None:
    subscribe(member)
    write(member)
    outgoing.expire(NOON + timedelta(days=2))
    assert state() == ("failed", 0)
    assert outgoing.forget_finished(NOON + timedelta(days=2)) == 0
    assert outgoing.forget_finished(NOON + timedelta(days=2, seconds=1)) == 1
    assert len(messages()) == 1


def test_nothing_due_is_no_work(member: Member) -> None:
    write(member)
    assert jobs.deliver_due() == Counter()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "sent"), (201, "sent"), (202, "sent"), (204, "sent"),
        (404, "gone"), (410, "gone"),
        (413, "shrink"),
        (None, "retry"), (406, "retry"), (408, "retry"), (429, "retry"), (500, "retry"), (502, "retry"), (503, "retry"),
        (0, "failed"), (301, "failed"), (307, "failed"), (400, "failed"), (401, "failed"), (403, "refused"),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int | None, outcome: str) -> None:
    assert rules.outcome(Answer(status)) == outcome


def test_the_pause_grows_and_is_spread() -> None:
    pauses = [(rules.next_try(attempt, BUSY, NOON, 0) - NOON).total_seconds() for attempt in range(1, 8)]
    assert pauses == [15, 60, 300, 1800, 7200, 7200, 7200]
    assert (rules.next_try(1, BUSY, NOON, 100) - NOON).total_seconds() == 15 + 3


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("1", 15),
        ("0", 15),
        ("999999999999", 15),
        ("99999999", 86_400),
        ("Sat, 21 Nov 2026 06:30:00 GMT", 600),
        ("Sat, 21 Nov 2020 06:30:00 GMT", 15),
        ("²", 15),
        ("-5", 15),
        ("soon", 15),
        ("", 15),
        (None, 15),
    ],
)
def test_what_a_service_asks_for_is_kept_within_reason(asked: str | None, seconds: int) -> None:
    assert rules.next_try(1, Answer(429, asked), NOON, 0) == NOON + timedelta(seconds=seconds)


@given(st.text())
def test_any_retry_after_is_survived(asked: str) -> None:
    assert NOON < rules.next_try(1, Answer(429, asked), NOON, 0) <= NOON + timedelta(days=1)


@given(st.text(max_size=300))
def test_any_endpoint_is_survived_and_refused(endpoint: str) -> None:
    assert not rules.endpoint_allowed(endpoint)


@given(st.text(max_size=100), st.text(max_size=40))
def test_any_keys_are_survived_and_refused(p256dh: str, auth: str) -> None:
    assert not rules.keys_hold(p256dh, auth)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://jmt17.google.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/QGV",
        "https://api.push.apple.com:443/3/x",
        "https://wns2-par02p.notify.windows.com/w/?token=BQ%3d",
        "https://FCM.googleapis.com/fcm/send/x",
    ],
)
def test_the_real_services_are_admitted(endpoint: str) -> None:
    assert rules.endpoint_allowed(endpoint)


@pytest.mark.parametrize("admitted", ["127.0.0.1:9000", "127.0.0.1"])
def test_an_admitted_host_may_be_plain_and_near(admitted: str) -> None:
    assert rules.endpoint_allowed("http://127.0.0.1:9000/wpush/1", (admitted,))
    assert not rules.endpoint_allowed("http://127.0.0.2:9000/wpush/1", (admitted,))
    assert not rules.endpoint_allowed("http://127.0.0.1:9000@evil.example/", (admitted,))
    assert not rules.endpoint_allowed("ftp://127.0.0.1:9000/x", (admitted,))


def test_an_admitted_port_admits_no_other() -> None:
    assert not rules.endpoint_allowed("http://127.0.0.1:9001/x", ("127.0.0.1:9000",))


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://web.push.apple.com/x", "https://web.push.apple.com"),
        ("https://web.push.apple.com:443/x", "https://web.push.apple.com"),
        ("https://WEB.push.apple.com/x", "https://web.push.apple.com"),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000"),
        ("http://[::1]:9000/x", "http://[::1]:9000"),
    ],
)
def test_a_proof_is_made_out_to_the_origin(endpoint: str, origin: str) -> None:
    assert rules.origin_of(endpoint) == origin


@given(st.text(min_size=1, max_size=80))
def test_a_topic_is_thirty_two_characters_at_most(tag: str) -> None:
    topic = rules.topic(tag)
    assert 0 < len(topic) <= 32
    assert len(from_base64url(topic)) <= 24


def test_long_tags_that_begin_alike_are_different_topics() -> None:
    assert rules.topic("api:" + "a" * 40) != rules.topic("api:" + "a" * 39 + "b")


def told(body: str) -> dict[str, Any]:
    return rules.payload(title="消费", body=body, navigate="https://x/", tag="order:1", language="zh", badge=3)


def test_a_long_push_leaves_with_title_and_link_alone() -> None:
    assert "点开看".encode() in rules.plaintext(told("点开看"))
    long = rules.plaintext(told("长" * 1000))
    assert len(long) < 300
    assert b"https://x/" in long


def test_a_push_says_where_the_badge_stands() -> None:
    push = told("x")
    assert (push["web_push"], push["app_badge"], push["notification"]["lang"]) == (8030, 3, "zh-CN")


def test_a_closed_delivery_keeps_the_reason(member: Member) -> None:
    subscribe(member)
    write(member)
    outgoing.record([(outgoing.lease(NOON)[0], Answer(403, words="BadJwtToken"))], NOON)
    (delivery,) = deliveries()
    assert (delivery.state, delivery.error) == ("failed", "status 403: BadJwtToken")


def test_an_old_delivery_is_not_leased(member: Member) -> None:
    subscribe(member)
    write(member, at=NOON - timedelta(days=3))
    assert outgoing.lease(datetime(2026, 11, 21, 6, 20, tzinfo=UTC)) == []


def test_deleting_a_device_deletes_what_waits_for_it(member: Member) -> None:
    subscribe(member)
    write(member)
    with database.transaction() as session:
        session.delete(session.get_one(PushSubscription, deliveries()[0].subscription_id))
    with database.reading() as session:
        assert session.query(Delivery).count() == 0
