"""Every route × who asks × the id of somebody else: nothing comes out (quality.md, *Defence*). The list is the route table itself.

What belongs to somebody is named in OWNED, what the whole shop shares in SHARED: a route whose ids are in neither fails here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services import wiring
from services.identity import commands as identity
from services.identity import queries as people
from services.members import commands as members
from services.members.models import Member, RegistrationLink
from services.shared import database
from services.shared.actors import EVERYTHING, SYSTEM
from services.signin.models import MemberDevice, MemberSession, StaffSession
from services.stores.models import Store
from tests.architecture.test_house import _guard as guard_of
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.couponing import give_coupon
from tests.pushing import messages
from tests.selling import open_till, welcome_member
from tests.tilling import open_shift
from tests.topping import pay_in
from tests.webapp import hostile

# What an address can name, and whose it is: a store's, a person's, a member's …
OWNED = {
    "coupon_id", "handle", "link_id", "message_id", "order_id", "parked_id", "payout_id", "proof_id", "refund_id", "session_id",
    "shift_id", "staff_id", "store_id", "top_up_id",
}  # fmt: skip
# … or everybody's who may see such things at all: members, products and shelves are the whole shop's, the rest nobody's.
SHARED = {
    "batch_id", "category_id", "code", "day", "file", "group", "member_id", "name", "plan_id", "product_id",
    "redemption_id", "role_id", "rule_id", "template_id", "tier_id", "token",
}  # fmt: skip
# Named by an owned id, and yet open to whoever has the permission.
OPEN = {
    "/api/v1/messages/<int:message_id>": "what was written to a member is the shop's, like the member",
    **{
        f"/staff/coupons/held/<int:coupon_id>{act}": "what a member holds is the shop's, like the member"
        for act in ("", "/redeem", "/ask", "/undo", "/revoke")
    },
}
SHUT = {401, 403, 404}
ROLES = ("manager", "cashier", "kitchen")


@dataclass
class Foreign:
    """What belongs to the east store and to 林小满, and who must never see it: the south store, and 王芳."""

    shop: Cast
    xiaoman: Member
    ids: dict[str, str]
    marks: tuple[str, ...]
    askers: dict[str, Browser]

    def address(self, rule: Rule) -> str:
        """The address of this rule with the foreign ids in it."""
        ids = {"app": "member", "name": "member", "member_id": self.xiaoman.id, **self.ids}
        if rule.rule.startswith(("/member/", "/api/v1/me/")):
            ids["session_id"] = self.ids["member_session_id"]
        return hostile.address(rule, **ids)

    def leaks(self, answer: TestResponse) -> list[str]:
        """What must not stand in an answer, and does."""
        return [mark for mark in self.marks if mark.encode() in answer.data]


@pytest.fixture
def foreign(shop: Cast) -> Foreign:
    till = open_till(shop)
    order = till.sell(till.line("提拉米苏"), member=till.member, note="东湖的悄悄话")
    top_up = pay_in(till, amount="77.00")
    back = {"store": str(shop.east.id), "reason": "顾客搬家"}
    till.browser.post(f"/staff/orders/{order['id']}/invoice", kind="personal", title="东湖抬头")
    payout = body(shop.browser("manager").api("POST", f"/api/v1/members/{till.member.id}/wallet/payouts", back))
    part = {"amount": "1.00", "reason": "做错了"}
    refund = body(shop.browser("manager").api("POST", f"/api/v1/orders/{order['id']}/refunds", part))
    coupon_id, _ = give_coupon(shop, till.member, transferable=True)
    handle = body(shop.phone(till.member).api("POST", "/api/v1/me/devices", {"name": "iPhone"}))["handle"]
    east = {"store": str(shop.east.id), "member": str(till.member.id)}
    asked = {**east, "way": "app", "amount": "9.00"}
    proof = body(till.browser.api("POST", "/api/v1/proofs", asked))
    waiting = {**east, "label": "东湖靠窗", "pieces": 1, "cart": {}}
    parked = body(till.browser.api("POST", "/api/v1/parked-carts", waiting))
    fang = welcome_member(shop.at, "王芳", "+8613900139000")
    with database.transaction() as session:
        link = {"label": "东湖门口", "store_id": shop.east.id, "source": "walk_in"}
        poster = members.create_registration_link(session, link, actor=SYSTEM, at=shop.at)
        told = {"username": "nanfang", "name": "南方", "password": PASSWORD, "role": "owner", "stores": [shop.south.id]}
        partner = identity.create_staff(session, told, actor=SYSTEM, at=shop.at)
        shop.staff["partner"], shop.actors["partner"] = partner, people.actor_of_staff(session, partner, "tests")
        mine = session.scalars(select(StaffSession.id).where(StaffSession.staff_id == shop.staff["cashier"].id)).one()
        hers = session.scalars(select(MemberSession.id).where(MemberSession.member_id == till.member.id)).one()
    ids = {
        "order_id": order["id"], "store_id": str(shop.east.id), "session_id": str(mine), "member_session_id": str(hers),
        "link_id": str(poster.id),
        "message_id": str(messages()[0].id), "handle": handle, "staff_id": str(shop.staff["manager"].id),
        "top_up_id": top_up["id"], "payout_id": payout["id"],
        "refund_id": refund["id"], "proof_id": proof["id"].removeprefix("p_"), "parked_id": parked["id"],
        "coupon_id": str(coupon_id), "shift_id": str(open_shift(shop)),
    }  # fmt: skip
    marks = (
        order["number"],
        order["receipt_code"],
        "东湖抬头",
        "东湖的悄悄话",
        "东湖靠窗",
        poster.code,
        "东湖门口",
        handle,
    )
    askers = {
        "nobody": shop.browser(),
        "another member": shop.phone(fang),
        "the cashier of another store": shop.browser("southern"),
        "the owner of another store": shop.browser("partner", store=shop.south),
    }
    return Foreign(shop, till.member, ids, marks, askers)


def routes(app: Flask, wanted: Callable[[Rule], bool]) -> Iterator[tuple[str, Rule]]:
    """Every way of asking of every rule that is wanted."""
    for rule in app.url_map.iter_rules():
        if wanted(rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def shut(answer: TestResponse) -> bool:
    """Refused, or sent to the door."""
    return answer.status_code in SHUT or (answer.status_code == 303 and "/sign-in" in answer.headers["Location"])


def ask(browser: Browser, method: str, path: str) -> TestResponse:
    """As our own pages would."""
    if path.startswith("/api/"):
        return browser.api(method, path, None if method == "GET" else {"sold_out": True})
    return browser.get(path) if method == "GET" else browser.post(path)


def test_every_id_in_an_address_is_known_to_belong_to_somebody_or_to_all(app: Flask) -> None:
    named = {argument for rule in app.url_map.iter_rules() for argument in rule.arguments}
    assert named - {"filename"} == OWNED | SHARED


def test_what_belongs_to_somebody_is_shut_to_everybody_else(foreign: Foreign, app: Flask) -> None:
    wrong, asked = [], 0
    for method, rule in routes(app, lambda rule: bool(rule.arguments & OWNED) and rule.rule not in OPEN):
        for who, browser in foreign.askers.items():
            answer = ask(browser, method, foreign.address(rule))
            asked += 1
            if not shut(answer) or foreign.leaks(answer):
                wrong.append(f"{who}: {method} {rule.rule} → {answer.status_code} {foreign.leaks(answer)}")
    print(f"{asked} foreign requests")
    assert not wrong, "\n".join(wrong)
    assert ends(foreign) == (None,) * 6


def ends(foreign: Foreign) -> tuple[object, ...]:
    """When somebody ended what is foreign: never."""
    with database.reading() as session:
        device = session.scalars(select(MemberDevice).where(MemberDevice.handle == foreign.ids["handle"])).one()
        staff = session.get_one(StaffSession, int(foreign.ids["session_id"]))
        hers = session.get_one(MemberSession, int(foreign.ids["member_session_id"]))
        poster = session.get_one(RegistrationLink, int(foreign.ids["link_id"]))
        store = session.get_one(Store, foreign.shop.east.id)
    return (
        device.revoked_at,
        staff.revoked_at,
        hers.revoked_at,
        poster.archived_at,
        store.archived_at,
        messages()[0].read_at,
    )


def test_no_list_shows_what_belongs_to_somebody_else(foreign: Foreign, app: Flask) -> None:
    """Plain, and asked for by everything that could lead there: the store, the member, the words."""
    asks: tuple[dict[str, str], ...] = (
        {},
        {"store": foreign.ids["store_id"]},
        {"member": str(foreign.xiaoman.id)},
        {"q": foreign.marks[0]},
        {"q": "提拉米苏", "number": foreign.marks[0], "text": foreign.marks[0]},
        {"actor": foreign.ids["staff_id"], "day": "2026-11-21"},
    )
    wrong, asked = [], 0
    for _method, rule in routes(app, lambda rule: "GET" in (rule.methods or ()) and not rule.arguments & OWNED):
        for who, browser in foreign.askers.items():
            for query in asks:
                headers = {"X-CSRFToken": browser.form_token}
                answer = browser.client.get(foreign.address(rule), query_string=query, headers=headers)
                asked += 1
                leaked = [mark for mark in foreign.leaks(answer) if mark not in query.values()]
                if answer.status_code == 500 or leaked:
                    wrong.append(f"{who}: GET {rule.rule} {query} → {answer.status_code} {leaked}")
    print(f"{asked} lists")
    assert not wrong, "\n".join(wrong)


def test_every_route_is_shut_to_who_lacks_its_permission(foreign: Foreign, app: Flask) -> None:
    wrong, asked = [], 0
    for method, rule in routes(app, lambda rule: not guard_of(app.view_functions[rule.endpoint]).startswith("public")):
        guard = guard_of(app.view_functions[rule.endpoint])
        for who, browser in strangers(foreign, guard):
            answer = ask(browser, method, foreign.address(rule))
            asked += 1
            if not shut(answer) or answer.status_code == 404:
                wrong.append(f"{who}: {method} {rule.rule} ({guard}) → {answer.status_code}")
    print(f"{asked} requests without permission")
    assert not wrong, "\n".join(wrong)


def test_nothing_that_the_kitchen_opens_carries_a_receipt(foreign: Foreign, app: Flask) -> None:
    """Who only reads orders cannot pass a receipt on: its code and link bring points and invoices."""
    kitchen, told = foreign.shop.browser("kitchen"), (foreign.marks[1], "/r/")
    wrong = []
    for _method, rule in routes(
        app, lambda rule: "GET" in (rule.methods or ()) and rule.rule.startswith(("/staff", "/api"))
    ):
        answer = kitchen.get(foreign.address(rule))
        if answer.status_code == 200 and any(mark in answer.text for mark in told):
            wrong.append(rule.rule)
    assert not wrong


def strangers(foreign: Foreign, guard: str) -> Iterator[tuple[str, Browser]]:
    """Who may not come in behind this guard."""
    if not guard:
        return  # the API's own page
    yield "nobody", foreign.askers["nobody"]
    if "member" in guard.partition(":")[0]:
        yield "staff", foreign.shop.browser("owner")
        return
    yield "a member", foreign.askers["another member"]
    permission = guard.partition(": ")[2]
    for role in ROLES if permission not in {"", "any"} else ():
        if not wiring.ROLES[role] & {permission, EVERYTHING}:
            yield role, foreign.shop.browser(role)


def test_a_token_opens_what_its_scope_names_and_no_more(foreign: Foreign, app: Flask) -> None:
    """One token with every scope but one, for each permission of the API."""
    for method, rule in routes(app, lambda rule: guard_of(app.view_functions[rule.endpoint]).startswith("api: ")):
        permission = guard_of(app.view_functions[rule.endpoint]).partition(": ")[2]
        headers = foreign.shop.token(*(wiring.PERMISSIONS - {permission}))
        answer = app.test_client().open(
            foreign.address(rule), method=method, json={}, headers=headers | {"Idempotency-Key": "x" * 8}
        )
        assert answer.status_code == 403, (method, rule.rule)
