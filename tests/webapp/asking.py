"""The walk of `test_access.py`: everybody who may come, every way of asking, and what the table of access expects of the answer."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zipfile import ZipFile

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services import wiring
from tests.browse import Browser
from tests.cast import Cast
from tests.webapp.access_table import ROLES, TABLE
from tests.webapp.foreign import Foreign

EVERYTHING = set(wiring.PERMISSIONS)
# What is the same in every store is changed by who works in all of them.
IN_SOME_STORES = EVERYTHING - {
    "consent_texts:create", "fields:change", "forms:change", "form_gifts:change", "imports:create",
    "members:erase", "minors:export", "roles:change", "settings:change", "stores:create",
    "tiers:change", "tokens:create", "top_up_plans:change", "vaccination_plans:create",
}  # fmt: skip
IDLE = {"public", "member", "staff"}  # words of the table that are no permission
OUTCOMES = ("in", "thing", "door", "absent")
# What ends something for those who come later is asked last.
LAST = (
    "archive",
    "restore",
    "disable",
    "enable",
    "delete",
    "unsubscribe",
    "revoke",
    "remove",
    "password",
    "misuse",
    "erase",
    "sign_out",
    "lock",
)


@dataclass
class Asker:
    """Somebody who comes: with which permissions, whether they work in the east, and whether the foreign things are their own."""

    name: str
    kind: str
    browser: Browser
    may: set[str] = field(default_factory=set)
    east: bool = False
    owns: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, sent: dict[str, Any]) -> TestResponse:
        """As our own pages, or a program, would: with the token against forgery, and a key."""
        headers = {"X-CSRFToken": self.browser.form_token, "Idempotency-Key": str(uuid4())} | self.headers
        headers |= {"Origin": "http://localhost"} if method != "GET" and self.kind != "token" else {}
        if method == "GET":
            return self.browser.client.get(path, headers=headers)
        if path.startswith("/api/"):
            return self.browser.client.open(path, method=method, json=sent, headers=headers)
        return self.browser.client.open(path, method=method, data=form(sent), headers=headers)


def form(sent: dict[str, Any]) -> dict[str, Any]:
    """The body as fields of a form."""
    plain = {name: value for name, value in sent.items() if isinstance(value, str | bool | int)}
    lists = {name: value for name, value in sent.items() if isinstance(value, list) and isinstance(value[0], str)}
    return plain | {f"{name}[]": value for name, value in lists.items()}


@dataclass(frozen=True)
class Way:
    """One way of asking: a method of a route."""

    method: str
    rule: Rule

    @property
    def line(self) -> str:
        """What the table says."""
        return TABLE[self.rule.endpoint]

    @property
    def scopes(self) -> set[str]:
        """The permissions that its line names."""
        return set(re.split(r"[+ ]", self.line)) & EVERYTHING

    @property
    def program(self) -> bool:
        """Whether programs are spoken to here."""
        return self.rule.rule.startswith("/api/")

    @property
    def app(self) -> str:
        """Whose cookie counts here."""
        return "member" if self.rule.rule.startswith(("/member/", "/api/v1/me/")) else "staff"

    @property
    def lateness(self) -> int:
        """When it is asked: what ends something at the end."""
        return next((place for place, word in enumerate(LAST, 1) if word in self.rule.endpoint), 0)

    def expects(self, asker: Asker) -> str:
        """`in`, `thing` (refused for what is named), `door` (whatever is named), `absent`: by the best way in that the line knows."""
        return min((self._expects(asker, each) for each in self.line.split(" or ")), key=OUTCOMES.index)

    def _expects(self, asker: Asker, line: str) -> str:
        who, _, whose = line.partition(" @")
        first, *more = who.split("+")
        if whose == "absent":
            return "absent"
        if who == "public":
            return "in"
        if not self._comes_in(asker, first):
            return "door"
        theirs = {
            "own": asker.owns,
            "store": asker.east,
            "reach": asker.east and asker.may >= ROLES["manager"],  # it is the manager who is named
        }.get(whose, True)
        return "in" if theirs and asker.may.issuperset(more) else "thing"

    def _comes_in(self, asker: Asker, who: str) -> bool:
        if asker.kind == "token":
            return self.program and who in asker.may
        return asker.kind == self.app and (who in IDLE or who in asker.may)


def ways(app: Flask) -> list[Way]:
    """All of them, what ends something last."""
    found = [
        Way(method, rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda way: (way.lateness, way.rule.rule, way.method))


def people(foreign: Foreign) -> list[Asker]:
    """Everybody but programs."""
    shop = foreign.shop
    return [
        Asker("nobody", "nobody", shop.browser()),
        Asker("another member", "member", shop.phone(foreign.fang)),
        Asker("the cashier of another store", "staff", shop.browser("southern"), ROLES["cashier"]),
        Asker("the owner of another store", "staff", shop.browser("partner", store=shop.south), IN_SOME_STORES),
        Asker("the newcomer", "staff", shop.browser("newcomer"), east=True),
        Asker("the kitchen", "staff", shop.browser("kitchen"), ROLES["kitchen"], east=True),
        Asker("the cashier", "staff", shop.browser("cashier"), ROLES["cashier"], east=True, owns=True),
        Asker("the manager", "staff", shop.browser("manager"), ROLES["manager"], east=True),
        Asker("the owner", "staff", shop.browser("owner"), EVERYTHING, east=True),
        Asker("the member", "member", shop.phone(foreign.till.member), owns=True),
    ]


class Programs:
    """Tokens for every way of the API: one that may do just this, one that may do all but this, one that may do everything."""

    def __init__(self, shop: Cast, found: Iterable[Way]) -> None:
        wanted = {frozenset(scopes) for way in found for scopes in self._scopes(way)}
        self._made = {scopes: _program(shop, scopes) for scopes in wanted}

    def __len__(self) -> int:
        return len(self._made)

    def of(self, way: Way) -> list[Asker]:
        """The programs that ask this way."""
        return [self._made[frozenset(scopes)] for scopes in self._scopes(way)]

    def _scopes(self, way: Way) -> list[set[str]]:
        return [EVERYTHING, way.scopes, EVERYTHING - way.scopes] if way.program and way.scopes else [EVERYTHING]


def _program(shop: Cast, scopes: frozenset[str]) -> Asker:
    few = len(scopes) < len(EVERYTHING) // 2
    named = f"only {sorted(scopes)}" if few else f"everything but {sorted(EVERYTHING - scopes)}"
    token = shop.token(*sorted(scopes))
    return Asker(f"a token for {named}", "token", shop.browser(), set(scopes), east=True, headers=token)


@dataclass
class Walk:
    """What was asked, and what was wrong about the answers."""

    foreign: Foreign
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def go(self, steps: Iterable[tuple[Asker, Way]]) -> None:
        """Ask all of this."""
        for asker, way in steps:
            self.step(asker, way)

    def step(self, asker: Asker, way: Way, query: dict[str, str] | None = None) -> None:
        """Ask once and look at the answer; a `query` may also name something that is not there for the asker."""
        expected, path = way.expects(asker), self.foreign.address(way.rule) + (f"?{urlencode(query)}" if query else "")
        sent = self.foreign.sent(way.rule) if way.method != "GET" else {}
        answer = asker.ask(way.method, path, sent)
        self.asked += 1
        text, known = said(answer), f"{path} {[*sent.values(), *(query or {}).values()]}"
        leaked = [word for word in self._secret(asker, way, expected) if word in text and word not in known]
        if leaked or not (_as_expected(answer, expected, way) or (query and answer.status_code == 404)):
            told = f"{asker.name}: {way.method} {path} ({way.line}): {expected} → {answer.status_code} {leaked}"
            self.wrong.append(told + (f" {text[:200]}" if way.program else ""))

    def _secret(self, asker: Asker, way: Way, expected: str) -> tuple[str, ...]:
        """The words that must not come out here: those of the store, of the member, of her person, of the receipt."""
        of_store, of_member = self.foreign.store_words, self.foreign.member_words
        if expected in {"door", "absent"}:
            return (*of_store, *of_member)
        if "@link" in way.line:  # a form that she opens greets her by her name
            return () if asker.owns and asker.kind == "member" else of_member
        masked = (
            asker.kind in {"staff", "token"} and "members:phones" not in asker.may and "reveal" not in way.rule.endpoint
        )
        if asker.owns:
            return self.foreign.phone_words if masked else ()
        if asker.kind not in {"staff", "token"}:
            return (*of_store, *of_member)
        hidden = () if asker.east else of_store
        if masked:
            hidden += self.foreign.phone_words
        if "members:read" not in asker.may:
            hidden += self.foreign.person_words
        return hidden if "orders:create" in asker.may else hidden + self.foreign.receipt_words


def said(answer: TestResponse) -> str:
    """All words of an answer, also those of a workbook."""
    if answer.data.startswith(b"PK"):
        with ZipFile(BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return json.dumps(answer.json, ensure_ascii=False) if answer.is_json else answer.data.decode(errors="replace")


def _as_expected(answer: TestResponse, expected: str, way: Way) -> bool:
    """Whether the answer is of the kind that was expected."""
    status, location = answer.status_code, answer.headers.get("Location", "")
    door = status == 401 or (status == 303 and location.partition("?")[0].endswith("/sign-in"))
    match expected:
        case "door":
            return door or status == 403
        case "thing":
            # What a body names is a field like any other.
            told = set(answer.get_json().get("errors", ())) if way.program and status == 422 else set()
            no_store = status == 422 and "没有这家门店" in answer.get_data(as_text=True)  # beside its field on a page
            return status in {403, 404} or no_store or bool(told and told <= {"store", "permissions"})
        case "absent":
            return status == 404 or (status == 303 and location == "/staff/")
        case _:
            left = way.rule.endpoint.endswith(("sign_out", ".lock"))
            return status < 500 and ("@file" in way.line or status not in {403, 404}) and (left or not door)
