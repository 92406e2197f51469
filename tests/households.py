"""Households in tests: 林小满 shares what is stored, and her points, with her mother 王桂兰, who pays with a code of her own."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.checkout.commands import refund_order
from services.checkout.rules.refunds import Wish
from services.household import commands
from services.household.queries import list_invitations
from services.members.models import Member
from services.shared import clock, database, events, money
from services.shared.actors import Actor
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till, welcome_member
from tests.topping import pay_in
from tests.webapp.test_api_scans import Phone, scan

LIMITS: dict[str, Any] = {
    "kinship": "grandparent",
    "wallet": True,
    "per_day": 10_000,
    "per_payment": 8_000,
    "points": True,
}


@dataclass
class Home:
    """A till, the holder and who joined; `person` is the id of the row between them."""

    till: Till
    holder: Member
    granny: Member
    person: int = 0
    paid: int = 0

    def scan(self) -> str:
        """The cashier scans 王桂兰's own code: a proof for one sale."""
        return str(body(scan(Till(self.till.shop, self.till.browser, {}, self.granny), _phone(self).code()))["id"])

    def quote(self, name: str = "提拉米苏", pieces: int = 1, **more: Any) -> Any:
        """A cart of hers, priced."""
        cart = {
            "store": str(self.till.shop.east.id),
            "member": str(self.granny.id),
            "lines": [self.till.line(name, pieces)],
        }
        answer = self.till.browser.api("POST", "/api/v1/quotes", cart | more)
        assert answer.status_code == 200, answer.text
        return body(answer)

    def pay(self, quote: Any, **more: Any) -> Any:
        """She pays a quote from what is stored, with a fresh scan unless told otherwise: a minute later each time, as a scan is used up
        by any sale of the same moment."""
        self.paid += 1
        with clock.stand_at(self.till.shop.at + timedelta(minutes=self.paid)):
            proof = more.pop("proof", None) or self.scan()
            return self.till.pay(quote, {"kind": "wallet", "amount": quote["due"]}, proof=proof, **more)

    def refund(self, order: Any) -> None:
        """The whole order goes back."""
        owner, at = self.till.shop.owner, self.till.shop.at + timedelta(minutes=self.paid)
        with database.transaction() as session:
            refund_order(session, int(order["id"]), Wish("whole"), "做错了", actor=owner, at=at)
        events.perform_waiting(grace=timedelta())


def _phone(home: Home) -> Phone:
    return Phone(Till(home.till.shop, home.till.browser, {}, home.granny))


def acting(member: Member) -> Actor:
    """A member who does something."""
    return Actor("member", member.id, member.name)


def prove(*members: Member) -> None:
    """Their numbers were proven by a code once."""
    with database.transaction() as session:
        for member in members:
            session.get_one(Member, member.id).phone_verified_at = member.joined_at


def two(shop: Cast, *, stored: str = "300.00") -> Home:
    """A holder with something in the wallet and her mother, who share nothing yet."""
    till = open_till(shop)
    pay_in(till, amount=stored)
    home = Home(till, till.member, welcome_member(shop.at, "王桂兰", "+8613900139000"))
    prove(home.holder, home.granny)
    return home


def invite(home: Home, **more: Any) -> str:
    """The token of a link that the holder made."""
    at = home.till.shop.at
    with database.transaction() as session:
        commands.create_invitation(session, home.holder.id, LIMITS | more, actor=acting(home.holder), at=at)
        return list_invitations(session, home.holder.id, at=at)[-1].token


def join(home: Home, token: str, member: Member | None = None) -> int:
    """Somebody takes a link; the id of the row."""
    who = member or home.granny
    with database.transaction() as session:
        return commands.join_household(session, token, who.id, actor=acting(who), at=home.till.shop.at).id


def open_home(shop: Cast, *, stored: str = "300.00", **more: Any) -> Home:
    """A household of two."""
    home = two(shop, stored=stored)
    home.person = join(home, invite(home, **more))
    return home


def allow(home: Home, fen: int) -> None:
    """The shop lets a person take so much a day."""
    wanted = {"household.most_per_day": money.text(fen)}
    with database.transaction() as session:
        stores.change_settings(session, wanted, actor=home.till.shop.owner, at=home.till.shop.at)
