"""Codes by SMS: signed as the providers document it, sent once the wish is committed, within the budget, told of when refused."""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.audit.queries import read
from services.members.models import Member
from services.messaging.models import Delivery
from services.shared import clock, database
from services.shared.actors import Actor
from services.shared.models import OutboxEntry
from services.shared.refusals import Forbidden, Invalid
from services.signin import commands as signin
from services.signin.commands.sms_codes import answer_asks
from services.signin.models import OneTimeCode
from services.sms import commands, outgoing, queries
from services.sms.channels import aliyun, tencent
from services.sms.errors import NotConfigured
from services.sms.jobs import deliver, sweep_messages
from services.sms.models import SmsContract, SmsMessage, SmsSpending
from services.sms.rules import Answer
from tests.cast import Cast, meet
from tests.conftest import ENGINE, NOON
from tests.kit.pushservice import push_service
from tests.kit.sms_providers import SmsProviders, sms_providers
from tests.pushing import admit, device
from tests.selling import welcome_member
from tests.texting import contract, rows, sign_contract, spent, work
from tests.webapp.test_orders_at_once import at_once
from webapp import create_app

PHONE = "+8613800138000"


@pytest.fixture
def providers() -> Iterator[SmsProviders]:
    with sms_providers() as running:
        yield running


@pytest.fixture
def shop(environ: dict[str, str], app: Flask, providers: SmsProviders) -> Cast:
    """The cast, in a shop whose providers stand on this machine."""
    database.close()  # of the app that it takes the place of
    return meet(create_app(environ | {"CHANGKE_SMS_TEST_HOST": providers.host}), NOON)


@pytest.fixture
def member(shop: Cast) -> Member:
    return welcome_member(shop.at)


def ask(phone: str = PHONE) -> None:
    with database.transaction() as session:
        signin.ask_for_sms_code(session, phone, actor=Actor("public", name="public", origin="1.2.3.4"), at=clock.now())


def later(**span: int) -> Any:
    return clock.stand_at(clock.now() + timedelta(**span))


# ---- signatures, as published


def test_the_published_example_of_aliyun_is_signed_alike() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": empty,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = aliyun.canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    signed = aliyun.authorization("POST", query, headers, key_id="YourAccessKeyId", secret="YourAccessKeySecret")
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_published_example_of_tencent_is_signed_alike() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    signed = tencent.authorization(
        "cvm",
        body,
        headers,
        at=datetime.fromtimestamp(1551113065, UTC),
        key_id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        secret="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    )
    assert signed == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_queries_are_written_as_rfc_3986_has_it() -> None:
    assert aliyun.canonical_query({"b": "小满 *~+/", "a": '{"code":"1"}'}) == (
        "a=%7B%22code%22%3A%221%22%7D&b=%E5%B0%8F%E6%BB%A1%20%2A~%2B%2F"
    )


# ---- sending


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
def test_a_member_s_code_reaches_their_phone_and_signs_in(
    shop: Cast, providers: SmsProviders, member: Member, provider: str
) -> None:
    sign_contract(shop, providers, provider)
    ask()
    assert providers.received == []  # nothing leaves with the request
    work()
    (text,) = providers.sent
    assert (text.phone, providers.faults) == ("13800138000", [])
    (row,) = rows()
    assert (row.state, row.member_id, row.ending, row.provider, row.key) == (
        "sent",
        member.id,
        "8000",
        provider,
        text.key,
    )
    assert row.sealed is None
    with database.transaction() as session:
        found = signin.redeem_code(session, PHONE, text.values[0], device="", actor=shop.owner, at=clock.now())
    assert found == member.id
    with database.reading() as session:
        assert session.get_one(Member, member.id).phone_verified_at == shop.at


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
def test_a_template_may_say_how_long_the_code_is_good(
    shop: Cast, providers: SmsProviders, member: Member, provider: str
) -> None:
    providers.variables = 2
    sign_contract(shop, providers, provider, with_minutes=True)
    ask()
    work()
    assert providers.sent[0].values[1:] == ("10",)


def test_a_phone_that_nobody_has_gets_nothing_and_leaves_nothing(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    ask("+8613911112222")
    assert [row.state for row in rows()] == ["asked"]  # as for a member's: the request does not look
    work()
    assert rows() == []
    assert providers.received == []
    assert spent() == {}


def test_the_code_rests_encrypted_only_until_it_is_sent(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    providers.answer = ["isp.SYSTEM_ERROR"]
    ask()
    work()
    (waiting,) = rows()
    with later(seconds=6):
        work()
    (text,) = providers.sent
    assert waiting.sealed is not None
    assert text.values[0].encode() not in waiting.sealed
    assert b"13800138000" not in waiting.sealed
    assert rows()[0].sealed is None


def test_a_code_that_a_newer_one_has_voided_is_not_sent(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    providers.answer = ["reset"]
    ask()
    work()
    with later(minutes=1):
        ask()
        work()
    assert [row.state for row in rows()] == ["expired", "sent"]
    assert len(providers.sent) == 1


# ---- refusals


@pytest.mark.parametrize(
    ("provider", "wrong", "reason"),
    [
        ("aliyun", {"secret": "0123456789abcdefghijklmnopqrst"}, "SignatureDoesNotMatch"),
        ("aliyun", {"key_id": "LTAI5tSomebodyElse"}, "InvalidAccessKeyId.NotFound"),
        ("aliyun", {"sign_name": "别家"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ("aliyun", {"template": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ("aliyun", {"with_minutes": True}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ("tencent", {"secret": "0123456789abcdefghijklmnopqrst"}, "AuthFailure.SignatureFailure"),
        ("tencent", {"key_id": "AKIDSomebodyElse"}, "AuthFailure.SecretIdNotFound"),
        ("tencent", {"app_id": "1400000000"}, "UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
        ("tencent", {"template": "1"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
    ],
)
@pytest.mark.usefixtures("member")
def test_what_the_provider_refuses_is_seen_with_its_code_and_costs_nothing(
    shop: Cast, providers: SmsProviders, provider: str, wrong: dict[str, Any], reason: str
) -> None:
    sign_contract(shop, providers, provider, **wrong)
    ask()
    work()
    (row,) = rows()
    assert (row.state, row.reason, row.attempts, row.sealed) == ("refused", reason, 1, None)
    assert providers.sent == []
    assert set(spent().values()) == {0}


@pytest.mark.parametrize(
    ("provider", "code"),
    [("aliyun", "isv.BUSINESS_LIMIT_CONTROL"), ("tencent", "LimitExceeded.PhoneNumberDailyLimit")],
)
def test_a_limit_at_the_provider_is_no_reason_to_try_again(
    shop: Cast, providers: SmsProviders, member: Member, provider: str, code: str
) -> None:
    sign_contract(shop, providers, provider)
    providers.answer = [code]
    ask()
    work()
    with later(minutes=2):
        work()
    assert [(row.state, row.reason) for row in rows()] == [("refused", code)]
    assert len(providers.received) == 1


@pytest.mark.parametrize(
    ("provider", "fault"),
    [
        ("aliyun", "reset"),
        ("aliyun", "Throttling.User"),
        ("aliyun", "ServiceUnavailable"),
        ("tencent", "reset"),
        ("tencent", "InternalError"),
        ("tencent", "RequestLimitExceeded"),
    ],
)
def test_what_passes_by_itself_is_tried_again_with_the_same_code_and_key(
    shop: Cast, providers: SmsProviders, member: Member, provider: str, fault: str
) -> None:
    sign_contract(shop, providers, provider)
    providers.answer = [fault]
    ask()
    work()
    (row,) = rows()
    assert (row.state, row.attempts) == ("waiting", 1)
    with later(seconds=4):
        work()
    assert providers.sent == []
    with later(seconds=5):
        work()
    (text,) = providers.sent
    assert (text.key, rows()[0].state) == (row.key, "sent")


def test_a_provider_that_never_answers_is_given_up_after_four_tries_and_may_have_billed_them(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    providers.answer = ["reset"] * 9
    ask()
    for minute in range(8):
        with later(minutes=minute):
            work()
    (row,) = rows()
    assert (row.state, row.reason, row.attempts, row.sealed) == ("failed", "no_answer", 4, None)
    assert spent() == {"2026-11-21": 4, "2026-11": 4}


def test_a_worker_that_dies_with_a_message_in_hand_leaves_it_to_the_next(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    ask()
    answer_asks()
    lost = outgoing.lease(clock.now())
    assert lost is not None
    deliver()
    assert providers.received == []  # it may still come back
    with later(seconds=61):
        sweep_messages()
        outgoing.record(lost, Answer("refused", "too_late"), clock.now())
    (row,) = rows()
    assert (row.state, row.attempts, len(providers.sent)) == ("sent", 2, 1)


def test_codes_that_nobody_waits_for_any_more_are_not_sent(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    providers.answer = ["isp.SYSTEM_ERROR"]
    ask()
    work()
    ask("+8613911112222")
    with later(minutes=10):
        sweep_messages()
        work()
    assert [(row.state, row.sealed) for row in rows()] == [("expired", None)]
    assert providers.sent == []


def test_clocks_and_nonces_are_held_against_us(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    providers.clock = lambda: time.time() + 1000
    ask()
    work()
    providers.clock = time.time
    with later(minutes=1):
        ask()
        work()
        ask()
        work()
    assert [row.reason for row in rows()] == ["InvalidTimeStamp.Expired", None, None]
    assert len(providers.nonces) == 2


@pytest.mark.parametrize(("provider", "host"), [("aliyun", aliyun.HOST), ("tencent", tencent.HOST)])
def test_without_the_tests_variable_codes_go_to_the_provider_alone_and_never_to_a_private_address(
    app: Flask, providers: SmsProviders, monkeypatch: pytest.MonkeyPatch, provider: str, host: str
) -> None:
    shop = meet(app, NOON)
    welcome_member(shop.at)
    sign_contract(shop, providers, provider)
    asked: list[tuple[str, int]] = []

    def lie(name: str, port: int, **_more: Any) -> list[Any]:
        asked.append((name, port))
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("services.shared.http.socket.getaddrinfo", lie)
    ask()
    work()
    assert asked == [(host, 443)]
    assert [(row.state, row.reason) for row in rows()] == [("waiting", "blocked_address")]
    assert set(spent().values()) == {0}
    assert providers.received == []


def test_a_phone_abroad_is_not_sent_to(shop: Cast, providers: SmsProviders) -> None:
    welcome_member(shop.at, "何小姐", "+85261234567")
    sign_contract(shop, providers)
    ask("+85261234567")
    work()
    assert [(row.state, row.reason) for row in rows()] == [("refused", "abroad")]
    assert providers.received == []


def test_a_contract_that_is_switched_off_sends_tests_only(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, active=False)
    ask()
    with database.transaction() as session:
        commands.send_test(session, "+8613700137000", actor=shop.owner, at=clock.now())
    work()
    assert [(row.purpose, row.state) for row in rows()] == [("signin", "refused"), ("test", "sent")]
    assert [text.phone for text in providers.sent] == ["13700137000"]


# ---- the budget


def test_a_day_s_budget_holds_and_the_next_day_begins_anew(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, day_most=2)
    for _ in range(3):
        ask()
        work()
    assert [row.state for row in rows()] == ["sent", "sent", "over_budget"]
    assert spent() == {"2026-11-21": 2, "2026-11": 2}
    with later(hours=9, minutes=39):  # 23:59 in the shop
        ask()
        work()
    with later(hours=9, minutes=41):
        ask()
        work()
    assert [row.state for row in rows()][3:] == ["over_budget", "sent"]
    assert spent() == {"2026-11-21": 2, "2026-11-22": 1, "2026-11": 3}


def test_a_month_s_budget_holds_over_its_days(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, day_most=2, month_most=3)
    for day in (0, 0, 1, 1, 12):
        with later(days=day):
            ask()
            work()
    assert [row.state for row in rows()] == ["sent", "sent", "sent", "over_budget", "sent"]  # the last one in December
    assert spent() == {"2026-11-21": 2, "2026-11-22": 1, "2026-11": 3, "2026-12-03": 1, "2026-12": 1}


def test_workers_side_by_side_stay_within_the_budget_and_send_nothing_twice(
    shop: Cast, providers: SmsProviders
) -> None:
    sign_contract(shop, providers, day_most=5)
    for number in range(8):
        welcome_member(shop.at, f"会员{number}", f"+861390013900{number}")
        ask(f"+861390013900{number}")
    at_once(lambda _number: work(), 4)
    assert Counter(row.state for row in rows()) == {"sent": 5, "over_budget": 3}
    assert len({text.phone for text in providers.sent}) == len(providers.sent) == 5
    assert spent() == {"2026-11-21": 5, "2026-11": 5}


@pytest.mark.parametrize(("state", "job"), [("asked", answer_asks), ("waiting", deliver)])
def test_a_worker_does_not_wait_for_what_another_has_in_hand(
    shop: Cast, providers: SmsProviders, member: Member, state: str, job: Callable[[], None]
) -> None:
    if ENGINE == "sqlite":
        return  # one writes at a time: nobody finds a row that another holds
    sign_contract(shop, providers)
    ask()
    if state == "waiting":
        answer_asks()
    worker = threading.Thread(target=job, daemon=True)
    with database.transaction() as session:
        held = session.scalars(select(SmsMessage).where(SmsMessage.state == state).with_for_update()).all()
        worker.start()
        worker.join(10)
        gone_home = not worker.is_alive()
    worker.join(10)
    assert (len(held), gone_home) == (1, True)
    work()  # the row was let go again: nothing is lost
    assert [row.state for row in rows()] == ["sent"]


def test_what_today_costs_is_known(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, day_most=5, price=6)
    for _ in range(4):
        ask()
        work()
    with database.reading() as session:
        found = queries.get_spent(session, at=clock.now())
    assert (found.day_count, found.day_cost, found.month_cost, found.share, found.full) == (4, 24, 24, 80, False)


def test_the_owner_is_told_at_80_percent_and_when_nothing_is_left(
    environ: dict[str, str], app: Flask, providers: SmsProviders
) -> None:
    with push_service() as service:
        database.close()
        shop = meet(create_app(admit(environ | {"CHANGKE_SMS_TEST_HOST": providers.host}, service)), NOON)
        welcome_member(shop.at)
        device(service, shop.browser("owner"), "staff")
        device(service, shop.browser("manager"), "staff")  # may not change the budget: is not told
        sign_contract(shop, providers, day_most=5)
        for _ in range(7):
            ask()
            work()
        with database.reading() as session:
            told = [
                row.payload["notification"]["body"] for row in session.scalars(select(Delivery).order_by(Delivery.id))
            ]
    assert told == ["短信预算今天用掉 80% 了", "短信预算今天用完了"]


def test_a_budget_that_was_raised_is_told_of_anew(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, day_most=2, month_most=9)
    for most in (2, 4, 4):  # the last one changes nothing, and is no reason to tell again
        with database.transaction() as session:
            commands.change_contract(session, {"day_most": most}, actor=shop.owner, at=clock.now())
        for _ in range(2):
            ask()
            work()
    with database.reading() as session:
        told = [(row.period, row.told) for row in session.scalars(select(SmsSpending).order_by(SmsSpending.period))]
        entries = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
        seen = [entry.payload["percent"] for entry in entries if entry.event == "SmsBudgetReached"]
    assert told == [("2026-11", 0), ("2026-11-21", 100)]
    assert seen == [100, 100]


# ---- the contract


def test_only_whoever_may_change_settings_writes_the_contract(shop: Cast, providers: SmsProviders) -> None:
    with pytest.raises(Forbidden), database.transaction() as session:
        commands.change_contract(session, contract(providers), actor=shop.manager, at=clock.now())


def test_another_key_needs_its_own_secret(shop: Cast, providers: SmsProviders) -> None:
    sign_contract(shop, providers)
    for change in ({"key_id": "LTAI5tAnotherKey99"}, {"provider": "tencent"}):
        with pytest.raises(Invalid) as refused, database.transaction() as session:
            commands.change_contract(session, change, actor=shop.owner, at=clock.now())
        assert list(refused.value.errors) == ["secret"]
    with database.transaction() as session:
        commands.change_contract(session, {"day_most": 7}, actor=shop.owner, at=clock.now())
    with database.reading() as session:
        assert session.get_one(SmsContract, 1).day_most == 7


def test_a_test_without_a_contract_is_refused(shop: Cast) -> None:
    with pytest.raises(NotConfigured), database.transaction() as session:
        commands.send_test(session, PHONE, actor=shop.owner, at=clock.now())


def test_secrets_and_codes_stand_in_no_log_and_no_audit_line(
    shop: Cast,
    providers: SmsProviders,
    member: Member,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    sign_contract(shop, providers)
    sign_contract(shop, providers, secret="anotherSecret0123456789")
    ask()
    work()  # wrong secret now, and the provider repeats the request in its words
    with later(minutes=1):
        sign_contract(shop, providers)
        ask()
        work()
    (text,) = providers.sent
    with database.reading() as session:
        audited = str(read(session, session.scalars(select(AuditEntry)).all()))
        actions = list(session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("sms"))))
        hashes = [row.code_hash for row in session.scalars(select(OneTimeCode))]
        stored = session.get_one(SmsContract, 1).secret
    out, err = capfd.readouterr()
    said = caplog.text + audited + out + err + json.dumps([(row.reason, row.ending) for row in rows()]) + str(hashes)
    for secret in (providers.secret, "anotherSecret0123456789", text.values[0], "13800138000"):
        assert secret not in said
        assert secret.encode() not in stored
    assert actions == ["sms:change"] * 3
