"""`kill -9` of web and worker at random points, while four tills sell for wallet, points and coupons: whoever was told that a sale is
made finds it, once; who heard nothing asks again under the same key; and the books add up.
"""

import http.client
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from services.coupons import commands as coupons
from services.loyalty import commands as loyalty
from services.loyalty.models import GrowthEntry
from services.messaging.models import Message
from services.orders.models import Order
from services.shared import database
from services.shared.actors import SYSTEM
from services.signin.models import SpendingProof
from services.wallet.commands.moves import put
from tests.cast import Cast
from tests.couponing import OFF_20, make_template
from tests.selling import fill_shelf, welcome_member
from tests.serving import Answer, Front, open_front, request
from webapp.cli.books import find_differences

KILLS = int(os.environ.get("CHANGKE_SHOP_KILLS", "10"))  # `make soak`: 200
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))
TILLS = 4


@dataclass
class Till:
    """Sells to one member, who has plenty, until it is told to stop; `sold` are the orders that it was told of."""

    shop: Cast
    front: Front
    token: dict[str, str]
    member: int
    product: int
    template: int
    sold: list[int] = field(default_factory=list)
    again: int = 0

    def serve(self, closing: threading.Event) -> None:
        """Sale after sale: ¥10 of each from the wallet, ¥2 in points, and every third time a coupon."""
        while not closing.is_set():
            number = len(self.sold)
            cart = {
                "store": str(self.shop.east.id), "member": str(self.member), "points": 200,
                "lines": [{"product": str(self.product), "quantity": 4}],
                "coupons": [] if number % 3 else [self._coupon()],
            }  # fmt: skip
            priced = self._ask("/api/v1/quotes", cart).json
            tenders = [{"kind": "wallet", "amount": "10.00"}, {"kind": "wechat", "amount": _less_ten(priced["due"])}]
            sent = {"quote": priced["id"], "tenders": tenders, "proof": self._proof()}
            made = self._ask("/api/v1/orders", sent, f"till-{self.member}-{number:06d}")
            assert made.status == 201, made.body
            self.sold.append(int(made.json["id"]))

    def _ask(self, path: str, sent: Any, key: str = "") -> Answer:
        """Until there is an answer: the same thing, under the same key."""
        asked = request("POST", path, sent, self.token, key)
        while True:
            try:
                answer = self.front.send(asked)
            except (http.client.HTTPException, OSError):
                self.again += 1
                time.sleep(0.1)
                continue
            if answer.status != 503:
                return answer

    def _coupon(self) -> str:
        with database.transaction() as session:
            made = coupons.issue_coupon(
                session, self.template, self.member, source="gift", actor=SYSTEM, at=self.shop.at
            )
            return str(made.id)

    def _proof(self) -> str:
        now = datetime.now(UTC)
        row = {
            "member_id": self.member, "store_id": self.shop.east.id, "way": "override", "most": 10**6, "words": "老顾客",
            "created_at": now, "confirmed_at": now, "expires_at": now + timedelta(minutes=10), "wrong_tries": 0,
        }  # fmt: skip
        with database.transaction() as session:
            return f"p_{session.execute(insert(SpendingProof).returning(SpendingProof.id), row).scalar_one()}"


def _less_ten(due: str) -> str:
    return f"{int(due.split('.', maxsplit=1)[0]) - 10}.{due.split('.')[1]}"


@pytest.fixture
def front(shop: Cast, environ: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with open_front(environ, tmp_path) as serving:
        yield serving


@pytest.fixture
def tills(shop: Cast, front: Front) -> list[Till]:
    """Four tills, each with a member who has stored value and points."""
    product, template, token = fill_shelf(shop.at)["提拉米苏"], make_template(shop, OFF_20), shop.token()
    found = []
    for number in range(TILLS):
        member = welcome_member(shop.at, f"常客{number}", f"+861380013900{number}").id
        with database.transaction() as session:
            put(
                session, member, 10**7, 10**6, kind="top_up", key=f"plenty:{number}", store_id=shop.east.id, actor=SYSTEM,
                at=shop.at,
            )  # fmt: skip
            loyalty.adjust_points(session, member, {"amount": 10**6, "reason": "够用"}, actor=SYSTEM, at=shop.at)
        found.append(Till(shop, front, token, member, product, template))
    return found


def kill_some(front: Front, chance: random.Random) -> Counter[str]:
    """Web and worker in turn, while both are at work."""
    killed, worker = Counter[str](), front.run("work")
    while killed.total() < KILLS:
        time.sleep(chance.uniform(0.1, 1.5))
        if killed["web"] <= killed["worker"]:
            front.web.kill()
            killed["web"] += 1
            front.start()
        else:
            worker.kill()
            killed["worker"] += 1
            worker = front.run("work")
    time.sleep(0.5)
    worker.kill()
    return killed


@pytest.mark.timeout(0)
def test_nothing_that_was_acknowledged_is_lost_and_nothing_is_doubled(
    tills: list[Till], front: Front, record_property: Callable[[str, object], None]
) -> None:
    closing = threading.Event()
    with ThreadPoolExecutor(TILLS) as threads:
        serving = [threads.submit(till.serve, closing) for till in tills]
        try:
            killed = kill_some(front, random.Random(SEED))
        finally:
            closing.set()
        for each in serving:
            each.result()
    last = front.run("work", "--until-idle", "--at", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert last.wait_for_exit(seconds=120) == 0, last.log_tail()
    last.stop()
    told = Counter(order for till in tills for order in till.sold)
    with database.reading() as session:
        orders = Counter(session.scalars(select(Order.id)))
        grown = Counter(session.scalars(select(GrowthEntry.order_id)))
        messages = Counter(key for key in session.scalars(select(Message.key)) if key.startswith("order:"))
    assert orders == told == grown
    assert messages == Counter(f"order:{order}" for order in orders)
    assert find_differences() == []
    again = sum(till.again for till in tills)
    record_property(
        "kill -9", f"{dict(killed)}, {len(orders)} sales, {again} requests asked again, none lost, none doubled"
    )
