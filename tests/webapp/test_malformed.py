"""Requests that no person and no sound program makes: refused in words, never broken, never slow (quality.md, *Defence*).

`make test` sends 1,000 generated requests to the API (three in four to each operation by itself, sound and unsound ones; the rest along
the links between them), `make soak` 50,000 (CHANGKE_REQUESTS, CHANGKE_SEED), beside a fixed set of hostile values for every field of the
API and of every form.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from schemathesis import GenerationMode
from werkzeug.test import TestResponse

from services.catalog import commands as catalog
from services.checkout.queries import get_credential
from services.members import commands as members
from services.shared import database, jobs
from services.shared.actors import SYSTEM
from services.stores.settings import SETTINGS
from tests.browse import Browser
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till
from tests.webapp import generated, hostile

LONGEST = 5.0  # seconds
LINK = "abcdefghjk"
KNOWN = {"app": "member", "code": LINK}
QUERY = ("q", "after", "cursor", "limit", "day", "store", "member", "number", "phone", "barcode", "archived", "way", "unread", "next",
         "ticket", "state", "source", "sort", "shelf", "shown", "text", "lang", "code", "from", "to", "actor", "action")  # fmt: skip


@pytest.fixture
def till(shop: Cast) -> Till:
    """A shop that has one of everything, so that addresses with the id 1 lead somewhere."""
    made = open_till(shop)
    made.sell(made.line("拿铁"), member=made.member)
    jobs.beat("worker", shop.at)
    with database.transaction() as session:
        catalog.create_category(session, {"name": "切件"}, actor=SYSTEM, at=shop.at)
        link = {"label": "门口", "store_id": shop.east.id, "source": "walk_in"}
        members.create_registration_link(session, link, actor=SYSTEM, at=shop.at).code = LINK
    return made


def _timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    started = monotonic()
    return ask(), monotonic() - started


@dataclass
class Record:
    """How many requests were sent, and what broke: everything is told at once, so that one run finds all."""

    sent: int = 0
    broken: dict[str, str] = field(default_factory=dict)

    def send(self, ask: Callable[[], Any], *what: object) -> int:
        """As `answer`; the status."""
        return int(self.answer(ask, *what).status_code)

    def answer(self, ask: Callable[[], Any], *what: object) -> Any:
        """Send it and see that it is answered in time and without breaking. One find per place is told."""
        self.sent += 1
        answer, took = _timed(ask)
        if took > LONGEST:  # a machine may stand still once; what is slow is slow again
            answer, took = _timed(ask)
        if answer.status_code >= 500 or took > LONGEST:
            told = f"{answer.status_code} in {took:.1f} s: {what!r}"
            self.broken.setdefault(str(what[:2]), told[:500])
        return answer


@pytest.fixture
def record() -> Iterator[Record]:
    """What a test sends; nothing of it may break."""
    made = Record()
    yield made
    print(f"{made.sent} requests")
    assert not made.broken, "\n".join(made.broken.values())


def long() -> bool:
    """Whether this is the long form."""
    return budget() > 1000


def budget() -> int:
    """How many generated requests are wanted."""
    return int(os.environ.get("CHANGKE_REQUESTS", "1000"))


def browser_for(till: Till, path: str) -> Browser:
    """Who is at home there: a member's phone, or the owner at a till."""
    own = path.startswith(("/member", "/api/v1/me/"))
    return till.shop.phone(till.member) if own else till.shop.browser("owner")


Passes = tuple[dict[str, str], dict[str, str]]


def passes_for(till: Till, path: str, token: dict[str, str]) -> Passes:
    """Headers and cookies of who may ask there: a member's phone, a till, or a program."""
    if not path.startswith(("/api/v1/me/", "/api/v1/staff/")):
        return token, {}
    browser = browser_for(till, path)
    jar = (browser.client._cookies or {}).values()
    return {"X-CSRFToken": browser.form_token}, {cookie.key: cookie.value for cookie in jar}


def asker(till: Till, record: Record) -> Callable[[Any], Any]:
    """Sends a generated case as whoever may ask there, and sees that the answer is as the page tells."""
    passes = dict[str, Passes]()

    def ask(case: Any) -> Any:
        path = case.operation.full_path
        if "token" not in passes:
            passes["token"] = till.shop.token(), {}
        if path not in passes:
            passes[path] = passes_for(till, path, passes["token"][0])
        headers, cookies = passes[path]
        sent = {"Idempotency-Key": str(uuid4())} | dict(case.headers or {}) | headers
        what = (case.method, case.path, case.query, case.body)
        answer = record.answer(lambda: case.call(headers=sent, cookies=cookies), *what)
        if said := generated.complaint(case, answer):
            record.broken.setdefault(f"{what[:2]} {said[:40]}", f"{said}: {what!r}"[:900])
        if answer.status_code == 401 and "Authorization" in headers:  # one of these requests revoked the token
            for each in [path for path, (kept, _) in passes.items() if "Authorization" in kept]:
                del passes[each]
        return answer

    return ask


@pytest.mark.timeout(0)
def test_generated_requests_to_every_operation_break_nothing(till: Till, app: Flask, record: Record) -> None:
    page = generated.read_page(app)
    operations, ask = generated.operations(page), asker(till, record)
    wanted, seed = budget() * 3 // 4, int(os.environ.get("CHANGKE_SEED", "2026"))
    for number, operation in enumerate(operations):
        # What operations without input leave over goes to the others.
        share = (wanted - record.sent) // (2 * (len(operations) - number)) + 1
        for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
            generated.ask_each(operation, mode, ask, most=share, seed=seed)
    print(f"{record.sent} generated requests to {len(operations)} operations, seed {seed}")
    assert record.sent >= wanted


@pytest.mark.timeout(0)
def test_what_one_operation_answers_another_is_asked_about(till: Till, app: Flask, record: Record) -> None:
    """Walks along the links between operations that schemathesis finds in the page: lists, what stands in them, what is done to it."""
    page, ask, seed = generated.read_page(app), asker(till, record), int(os.environ.get("CHANGKE_SEED", "2026"))
    wanted, followed = budget() // 4, 0
    while record.sent < wanted:
        seed += 1
        followed += generated.walk(page, ask, walks=2, steps=100, seed=seed)
    print(f"{record.sent} requests, {followed} of them along a link, last seed {seed}")
    assert followed > wanted // 20


def bodies(till: Till) -> dict[tuple[str, str], dict[str, Any]]:
    """A sound body of every writing operation that takes one."""
    quote = till.quote(till.line("6寸蛋糕", options={"size": "6"}), member=till.member)
    member, store = str(till.member.id), str(till.shop.east.id)
    birthday = {"calendar": "lunar", "month": 6, "day": 6, "year": 2025, "leap": True}
    person = {"phone": "13900139000", "name": "王芳", "gender": "female", "birthday": birthday, "wechat_id": "wf", "source": "walk_in",
              "store": store, "note": "x", "consent": True}  # fmt: skip
    option = {"key": "size", "name": "尺寸", "choices": [{"key": "6", "name": "6 寸", "price_change": "0.00"}]}
    product = {"name": "可颂", "category": None, "price": "18.00", "description": "x", "sku": "C1", "barcode": "6901234567892",
               "picture": "", "sort": 1, "options": [option], "unavailable_at": [store]}  # fmt: skip
    place = {
        "code": "B1",
        "name": "北湖店",
        "address": "x",
        "phone": "x",
        "opens": "09:00",
        "closes": "21:00",
        "sort": 1,
    }
    subscription = {"endpoint": "https://web.push.apple.com/x", "keys": {"p256dh": "x", "auth": "x"}}
    line = {"product": str(till.products["6寸蛋糕"]), "options": {"size": "6"}, "quantity": 1, "note": "x"}
    tender = {"kind": "cash", "amount": quote["due"], "received": quote["due"]}
    message = {"title": "x", "body": "x", "category": "service"}
    plan = {"name": "x", "amount": "300.00", "bonus": "50.00", "points": 1, "template": None, "coupons": 0, "per_member": 1,
            "stores": [store]}  # fmt: skip
    return {
        ("POST", "/members"): person,
        ("PATCH", f"/members/{member}"): person | {"archived": False},
        ("POST", f"/members/{member}/points/adjustments"): {"amount": 1, "reason": "x"},
        ("POST", f"/members/{member}/messages"): message,
        ("POST", f"/members/{member}/wallet/top-ups"): {
            "store": store,
            "plan": None,
            "amount": "10.00",
            "tenders": [{"kind": "cash", "amount": "10.00", "received": "20.00"}],
        },
        ("POST", f"/members/{member}/wallet/payouts"): {
            "store": store,
            "lots": ["1"],
            "amount": "1.00",
            "tender": "cash",
            "reason": "x",
            "sheet": 1,
        },
        ("POST", f"/members/{member}/wallet/adjustments"): {"principal": "1.00", "bonus": "1.00", "reason": "x"},
        ("POST", "/top-up-plans"): plan,
        ("PATCH", "/top-up-plans/1"): plan | {"archived": False},
        ("POST", "/messages"): message | {"member": member},
        ("POST", "/products"): product,
        ("PATCH", f"/products/{till.products['拿铁']}"): product | {"archived": False},
        ("PUT", f"/products/{till.products['拿铁']}/stores/{store}/sold-out"): {"sold_out": True},
        ("POST", "/categories"): {"name": "切件", "sort": 1},
        ("PATCH", "/categories/1"): {"name": "切件", "sort": 1},
        ("POST", "/stores"): place,
        ("PATCH", f"/stores/{store}"): place | {"archived": False},
        ("PATCH", "/settings"): {setting.name: setting.show(setting.default) for setting in SETTINGS},
        ("POST", "/quotes"): {"store": store, "member": member, "lines": [line]},
        ("POST", "/orders"): {
            "quote": quote["id"],
            "tenders": [tender],
            "proof": "s_1",
            "note": "x",
            "external_key": "x",
        },
        ("POST", "/scans"): {"code": "6901234567892", "store": store},
        ("POST", "/offline-sales"): {
            "sold_at": NOON.isoformat(),
            "member": member,
            "code": "8" * 20,
            "scanned_at": NOON.isoformat(),
            "lines": [line | {"name": "x", "choices": "x", "price": quote["due"], "grams": 1}],
            "tenders": [tender],
            "note": "x",
            "credential": get_credential(till.shop.cashier, till.shop.east.id, at=NOON),
        },
        ("POST", "/me/devices"): {"name": "x", "handle": "12345678"},
        ("POST", "/me/push-subscriptions"): subscription,
        ("DELETE", "/me/push-subscriptions"): {"endpoint": "x"},
        ("POST", "/staff/push-subscriptions/test"): {"endpoint": "x"},
    }


@pytest.mark.timeout(0)
def test_a_wrong_value_in_any_field_of_the_api_is_refused_in_words(till: Till, record: Record) -> None:
    for (method, path), sound in bodies(till).items():
        browser = browser_for(till, f"/api/v1{path}")
        kinds = {setting.kind: setting.name for setting in SETTINGS} if path == "/settings" else {}
        told = {name: sound[name] for name in kinds.values()} or sound  # settings are alike by kind: one of each
        for body in hostile.with_one_wrong(told, step=1 if long() else 8):
            record.send(partial(raw, browser, method, path, hostile.written(body)), method, path, body)


def raw(browser: Browser, method: str, path: str, data: bytes, kind: str = "application/json") -> TestResponse:
    """A request whose body is what it is."""
    headers = {"X-CSRFToken": browser.form_token, "Idempotency-Key": str(uuid4()), "Content-Type": kind}
    return browser.client.open(f"/api/v1{path}", method=method, data=data, headers=headers)


def test_what_only_claims_to_be_json_is_refused(till: Till, record: Record) -> None:
    for method, path in bodies(till):
        browser = browser_for(till, f"/api/v1{path}")
        for data in hostile.BODIES:
            status = record.send(partial(raw, browser, method, path, data), method, path, data[:80])
            assert status != 201 or path == "/me/devices", (path, data[:80])  # where every field may be left out
    for kind in hostile.TYPES:
        assert record.send(partial(raw, till.browser, "POST", "/scans", b"{}", kind), kind) in {400, 422}


def test_a_strange_key_breaks_nothing(till: Till, record: Record) -> None:
    for key in ("", "x", "x" * 129, "é" * 20, "\t" * 20, "a\x7fb" * 10):
        headers = {"X-CSRFToken": till.browser.form_token, "Idempotency-Key": key.encode().decode("latin-1")}
        sent = {"code": "6901234567892", "store": str(till.shop.east.id)}
        record.send(partial(till.browser.client.post, "/api/v1/scans", json=sent, headers=headers), key)


@pytest.mark.timeout(0)
def test_every_form_of_every_page_survives_what_is_typed_into_it(till: Till, app: Flask, record: Record) -> None:
    """The forms come from the route table, their fields from the pages."""
    names = page_fields(till, app)
    everything = set[str]().union(*names.values())
    for rule in hostile.rules(app, "POST"):
        path, own = hostile.address(rule, **KNOWN), sorted(names.get(rule.rule) or everything)
        leaves = path.endswith(("sign-out", "revoke"))
        browser = browser_for(till, path)
        record.send(partial(browser.post, path), path)
        for number, text in enumerate(texts(path, 6)):
            record.send(partial(browser.post, path, **dict.fromkeys(own, text)), path, text)
            record.send(partial(browser.post, path, **{own[number % len(own)]: text}), path, text)
            browser = browser_for(till, path) if leaves else browser


def page_fields(till: Till, app: Flask) -> dict[str, set[str]]:
    """What can be filled in at the addresses that also answer to GET."""
    found = {}
    for rule in hostile.rules(app, "GET"):
        page = browser_for(till, rule.rule).get(hostile.address(rule, **KNOWN))
        if page.status_code == 200 and page.mimetype == "text/html" and (names := hostile.fields(page.text)):
            found[rule.rule] = names
    return found


@pytest.mark.timeout(0)
def test_every_address_survives_what_is_typed_behind_it(till: Till, app: Flask, record: Record) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        path = hostile.address(rule, **KNOWN)
        browser = browser_for(till, path)
        get = partial(browser.client.get, headers={"X-CSRFToken": browser.form_token})
        for text in texts(path, 6):
            record.send(partial(get, path, query_string=dict.fromkeys(QUERY, text[:1000])), path, text)
        for name in sorted(rule.arguments):
            for text in ("0", str(2**63), "9" * 400, "%00", "-1", "x", "%ff", "..%2f..%2fetc"):
                record.send(partial(get, hostile.address(rule, **{**KNOWN, name: text})), path, text)


def texts(path: str, step: int) -> tuple[str, ...]:
    """All hostile texts; in the short form each `step`th of them, others at each address, the same in every run."""
    return hostile.TEXTS if long() else hostile.TEXTS[sum(path.encode()) % step :: step]
