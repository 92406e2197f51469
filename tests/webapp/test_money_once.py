"""Every route that moves money, points, stored value or coupons is sent sixty-four times at the same moment under one key: it happens
once, all hear the same, and another body under that key is refused. The lists are the route table itself.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.shared import database
from tests.cast import Cast
from tests.selling import open_till, welcome_member
from tests.serving import AT_ONCE, Answer, Front, Request, cookies_of, form, open_front, request
from tests.topping import pay_in
from tests.webapp.money_acts import ACTS, Act, Desk
from tests.webapp.money_forms import FORMS
from webapp.cli.books import find_differences
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

MONEY = re.compile("wallet|points|coupon|order|claim|sale|till|parked|(?<!vaccination-)plan")
NOT_MONEY = {
    "POST /api/v1/coupon-templates": "says what a coupon does, gives none",
    "PATCH /api/v1/coupon-templates/<int:template_id>": "says what a coupon does, gives none",
    "POST /api/v1/top-up-plans": "says what may be topped up",
    "PATCH /api/v1/top-up-plans/<int:plan_id>": "says what may be topped up",
    "POST /api/v1/orders/<int:order_id>/refund-preview": "only looks",
    "PATCH /api/v1/orders/<int:order_id>": "writes down what the shop asks beyond the sale",
    "POST /api/v1/orders/<int:order_id>/invoice-request": "asks for paper",
    "PATCH /api/v1/orders/<int:order_id>/invoice-request": "says that the paper was sent",
    "DELETE /api/v1/members/<int:member_id>/wallet-pin": "takes a PIN away",
    "PUT /api/v1/me/wallet-pin": "chooses a PIN",
}
FORMS_WITHOUT_MONEY = {
    "/staff/orders/<int:order_id>/fields": "writes down what the shop asks beyond the sale",
    "/member/orders/<int:order_id>/invoice": "asks for paper",
    "/staff/coupons/<int:template_id>/archive": "says what a coupon does",
    "/staff/coupons/<int:template_id>/edit": "says what a coupon does",
    "/staff/coupons/<int:template_id>/pause": "says what a coupon does",
    "/staff/coupons/<int:template_id>/restore": "says what a coupon does",
    "/staff/coupons/<int:template_id>/resume": "says what a coupon does",
    "/staff/invoices/<int:order_id>": "says that the paper was sent",
    "/staff/coupons/new": "says what a coupon does, gives none",
    "/staff/members/<int:member_id>/wallet/pin/erase": "takes a PIN away",
    "/staff/orders/<int:order_id>/invoice": "asks for paper",
    "/staff/orders/<int:order_id>/review": "says that somebody has looked",
    "/staff/top-up-plans/<int:plan_id>": "says what may be topped up",
    "/staff/top-up-plans/<int:plan_id>/archive": "says what may be topped up",
    "/staff/top-up-plans/<int:plan_id>/restore": "says what may be topped up",
    "/staff/top-up-plans/new": "says what may be topped up",
    "/staff/top-up-plans/sort": "says in which order they are shown",
}
# A code is a guess, counted before it is looked at: of many at the same moment some hear that it was too often. Sent once more, they
# hear what the others heard.
GUESSES = {
    "POST /api/v1/claims", "POST /api/v1/me/claims", "POST /api/v1/me/coupons", "/member/coupons/claim/<int:template_id>",
    "/member/coupons/codes", "/member/coupons/gift/<code>", "/member/orders/claim", "/staff/coupons/held/<int:coupon_id>/ask",
    "/staff/tills/<int:shift_id>/close",
    "/staff/members/<int:member_id>/coupons/code",
}  # fmt: skip


def money_routes(app: Flask) -> tuple[set[str], set[str]]:
    """Every writing route whose address speaks of money: of the API, and the forms of both apps."""
    found = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        if MONEY.search(rule.rule)
    }
    programs = {route for route in found if " /api/" in route}
    return programs, {route.removeprefix("POST ") for route in found - programs}


@pytest.fixture
def desk(shop: Cast) -> Desk:
    till = open_till(shop)
    other = welcome_member(shop.at, "陈立夏", "+8613800138001")
    pay_in(till, browser=shop.browser("owner"))
    return Desk(till, other)


@pytest.fixture
def front(desk: Desk, environ: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with open_front(environ, tmp_path) as serving:
        yield serving


def audited(since: int) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(select(AuditEntry.action).where(AuditEntry.id > since)))


def last_line() -> int:
    with database.reading() as session:
        return max(session.scalars(select(AuditEntry.id)), default=0)


def happens_once(front: Front, route: str, asked: Request, other: Request) -> Answer:
    """The answer that all sixty-four hear."""
    since = last_line()
    answers = front.at_once([asked] * AT_ONCE)
    if route in GUESSES:
        answers = [each for each in answers if each.status not in {422, 429}] + [front.send(asked)]
    heard = {(each.status, each.body) for each in answers}
    assert len(heard) == 1, (route, sorted({each.status for each in answers}))
    done = audited(since)
    assert set(done.values()) == {1}, (route, done, answers[0].body.decode()[:600])
    refused = front.send(other)
    assert refused.status == 422, route
    assert audited(since) == done, route
    return refused


def test_every_route_that_moves_money_is_asked(app: Flask) -> None:
    programs, forms = money_routes(app)
    assert programs == set(ACTS) | set(NOT_MONEY)
    assert forms == set(FORMS) | set(FORMS_WITHOUT_MONEY)


def test_what_a_program_sends_again_happens_once(desk: Desk, front: Front) -> None:
    headers = {
        "program": desk.till.shop.token(),
        "member": cookies_of(desk.browser("member"), MEMBER_COOKIE),
        "nobody": {},
    }

    def ask(route: str, act: Act, sent: object) -> Request:
        return request(route.split(maxsplit=1)[0], f"/api/v1{act.path}", sent, headers[act.who], f"once-{act.path}")

    for route, describe in ACTS.items():
        act = describe(desk)
        refused = happens_once(front, route, ask(route, act, act.sent), ask(route, act, act.other))
        assert refused.json["code"] == "idempotency_key_reused", route
    assert find_differences() == []


def test_what_a_person_sends_again_happens_once(desk: Desk, front: Front) -> None:
    for route, describe in FORMS.items():
        act = describe(desk)
        browser, cookie = desk.browser(act.who), MEMBER_COOKIE if act.path.startswith("/member/") else STAFF_COOKIE
        asked, other = (form(act.path, sent, browser, cookie, f"once-{act.path}") for sent in (act.sent, act.other))
        happens_once(front, route, asked, other)
    assert find_differences() == []
