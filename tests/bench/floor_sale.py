"""One sale of the floor: every row that a sale of a member for wallet, points and a coupon writes, by bare SQL.

The idempotency key and its answer, the member's agreement, the points account (spent, earned) with two entries, a lot taken from and a
lot made, the wallet with its entry and lot, the number's counter, the order, three lines with two discounts each, two tenders, the
coupon and its story, the audit line, three outbox rows (done), the member's facts, growth and its entry, and the inbox message.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

DAY = datetime.now(UTC).date()
ANSWER = json.dumps({"sealed": "x" * 1900, "headers": {"Content-Type": "application/json"}})
PAYLOAD = json.dumps({"order_id": 1, "number": "F1-0101-0001", "store_id": 1, "member_id": 1, "paid": 8600})
MAC = bytes(16)
LINES = (3200, 3200, 2200)

CLAIM = (
    "INSERT INTO idempotency_keys (scope, key, body_hash, status, answer, created_at) "
    "VALUES ('floor', :key, 'x', 0, '{}', :at) ON CONFLICT DO NOTHING RETURNING key"
)
AGREED = "UPDATE spending_proofs SET used_at = :at WHERE id = :proof AND member_id = :member AND expires_at > :at"
SPENT = (
    "UPDATE points_accounts SET balance = balance - 100, sequence = sequence + 1, mac = :mac WHERE member_id = :member "
    "RETURNING balance, sequence"
)
EARNED = (
    "UPDATE points_accounts SET balance = balance + 7, sequence = sequence + 1, mac = :mac WHERE member_id = :member "
    "RETURNING balance, sequence"
)
WALLET = (
    "UPDATE wallet_accounts SET principal = principal - 1800, bonus = bonus - 200, sequence = sequence + 1, mac = :mac "
    "WHERE member_id = :member RETURNING principal, bonus, sequence"
)
NUMBER = (
    "INSERT INTO order_counters (store_id, day, last) VALUES (:store, :day, 1) "
    "ON CONFLICT (store_id, day) DO UPDATE SET last = order_counters.last + 1 RETURNING last"
)
ORDER = (
    "INSERT INTO orders (number, receipt_code, store_id, day, sequence, member_id, state, origin, note, list_total, due, paid, "
    "change, points_earned, points_before, points_after, points_spent, refunded, flags, completed_at) "
    "VALUES (:number, :key, :store, :day, :sequence, :member, "
    "'paid', 'bench', '', 8600, 8000, 8000, 0, 7, :before, :after, 100, 0, '[]', :at) RETURNING id"
)
LINE = (
    "INSERT INTO order_lines (order_id, position, product_id, name, options, quantity, list_price, amount, note) "
    "VALUES (:order, :position, :product, 'line', '{}', 1, :price, :price, '') RETURNING id"
)
SHARE = "INSERT INTO order_line_shares (line_id, kind, amount, coupon_id) VALUES (:line, :kind, :off, :coupon)"
TENDER = "INSERT INTO tenders (order_id, kind, amount, bonus) VALUES (:order, :kind, :amount, :bonus)"
ENTRY = (
    "INSERT INTO points_entries (member_id, sequence, kind, amount, balance_after, key, order_id, note, actor_kind, at, mac) "
    "VALUES (:member, :turn, :kind, :amount, :after, :key, :order, '', 'system', :at, :mac)"
)
LOT = 'INSERT INTO points_lots (member_id, order_id, amount, "left", created_at) VALUES (:member, :order, 7, 7, :at) RETURNING id'
LOT_TAKEN = 'UPDATE points_lots SET "left" = "left" - 100 WHERE id = :lot'
LOT_MOVE = "INSERT INTO points_lot_moves (entry_key, lot_id, amount) VALUES (:key, :lot, :amount)"
WALLET_ENTRY = (
    "INSERT INTO wallet_entries (member_id, sequence, kind, principal, bonus, principal_after, bonus_after, key, store_id, order_id, "
    "note, actor_kind, at, mac) VALUES (:member, :turn, 'spend', -1800, -200, :principal, :bonus, :key, :store, :order, '', 'system', "
    ":at, :mac)"
)
WALLET_LOT = (
    "UPDATE wallet_lots SET principal_left = principal_left - 1800, bonus_left = bonus_left - 200 WHERE id = :lot"
)
WALLET_MOVE = "INSERT INTO wallet_lot_moves (entry_key, lot_id, principal, bonus) VALUES (:key, :lot, -1800, -200)"
COUPON = "UPDATE coupons SET state = 'redeemed', redeemed_at = :at, order_id = :order, store_id = :store, saved = 500 WHERE id = :coupon"
STORY = (
    "INSERT INTO coupon_events (coupon_id, kind, member_id, order_id, store_id, note, actor_kind, at) "
    "VALUES (:coupon, 'redeem', :member, :order, :store, '', 'system', :at)"
)
AUDIT = (
    "INSERT INTO audit_entries (at, action, actor_kind, actor_name, origin, store_id, subject_kind, subject_id, changes, nonce, mac) "
    "VALUES (:at, 'orders:create', 'system', 'floor', '', :store, 'order', :order, :payload, :mac, :fresh)"
)
OUTBOX = (
    "INSERT INTO outbox (event, reaction, payload, depth, created_at, available_at, attempts, done_at) "
    "VALUES ('OrderCompleted', :reaction, :payload, 1, :at, :at, 1, :at)"
)
REACTIONS = ("checkout.keep_facts", "checkout.tell_member", "checkout.grow_by_sale")
FACTS = (
    "UPDATE member_facts SET orders = orders + 1, spent = spent + 8000, last_order_at = :at WHERE member_id = :member"
)
GROWN = (
    "UPDATE growth_accounts SET balance = balance + 7800, sequence = sequence + 1, mac = :mac WHERE member_id = :member "
    "RETURNING balance, sequence"
)
GROWTH = (
    "INSERT INTO growth_entries (member_id, sequence, kind, amount, balance_after, key, order_id, note, actor_kind, at, mac) "
    "VALUES (:member, :turn, 'order', 7800, :after, :key, :order, '', 'system', :at, :mac)"
)
MESSAGE = (
    "INSERT INTO messages (member_id, key, category, title, body, path, push_title, push_body, created_at) "
    "VALUES (:member, :key, 'service', 'title', 'body', '/member/orders', 'shop', 'receipt', :at)"
)
ANSWERED = "UPDATE idempotency_keys SET status = 201, answer = :answer WHERE scope = 'floor' AND key = :key"


@dataclass(frozen=True)
class Buyer:
    """A member of the floor, with a lot of points, a lot of stored value, an agreement, and a coupon that is used again and again."""

    member: int
    points_lot: int
    wallet_lot: int
    proof: int
    coupon: int


@dataclass(frozen=True)
class Books:
    """What a floor sells: at which store, to whom, three products."""

    store: int
    buyers: tuple[Buyer, ...]
    products: tuple[int, ...]

    def share(self, number: int, of: int) -> "Books":
        """The part of one of several writers: buyers of its own."""
        each = len(self.buyers) // of
        return Books(self.store, self.buyers[number * each : (number + 1) * each], self.products)


class Connection(Protocol):
    """The part of both drivers that the floor uses."""

    def one(self, statement: str, values: Mapping[str, Any]) -> Any: ...
    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None: ...


def sell(connection: Connection, books: Books, place: int) -> None:
    """One sale, inside the transaction that the caller opened."""
    buyer, key = books.buyers[place % len(books.buyers)], uuid4().hex
    given: dict[str, Any] = {
        "at": datetime.now(UTC), "key": key, "store": books.store, "day": DAY, "member": buyer.member, "payload": PAYLOAD,
        "mac": MAC, "fresh": secrets.token_bytes(16), "proof": buyer.proof, "coupon": buyer.coupon, "answer": ANSWER,
    }  # fmt: skip
    connection.one(CLAIM, given)
    connection.many(AGREED, [given])
    spent, turn = connection.one(SPENT, given)
    principal, bonus, wallet_turn = connection.one(WALLET, given)
    after, _ = connection.one(EARNED, given)
    sequence = connection.one(NUMBER, given)[0]
    number = f"F1-{DAY:%m%d}-{sequence:04d}"
    given["order"] = connection.one(
        ORDER, given | {"number": number, "sequence": sequence, "before": spent + 100, "after": after}
    )[0]
    _lines(connection, books, given)
    _points(connection, buyer, given, spent, turn)
    wallet = {"turn": wallet_turn, "principal": principal, "bonus": bonus, "lot": buyer.wallet_lot}
    connection.many(WALLET_ENTRY, [given | wallet])
    connection.many(WALLET_LOT, [wallet])
    connection.many(WALLET_MOVE, [given | wallet])
    connection.many(COUPON, [given])
    connection.many(STORY, [given])
    connection.many(AUDIT, [given])
    connection.many(OUTBOX, [given | {"reaction": reaction} for reaction in REACTIONS])
    connection.many(FACTS, [given])
    grown, growth_turn = connection.one(GROWN, given)
    connection.many(GROWTH, [given | {"after": grown, "turn": growth_turn}])
    connection.many(MESSAGE, [given])
    connection.many(ANSWERED, [given])


def _lines(connection: Connection, books: Books, given: Mapping[str, Any]) -> None:
    for position, (product, price) in enumerate(zip(books.products, LINES, strict=True)):
        line = connection.one(LINE, {**given, "position": position, "product": product, "price": price})[0]
        off = {"line": line, "kind": "threshold_off", "off": -166, "coupon": given["coupon"]}
        connection.many(SHARE, [off, off | {"kind": "points", "off": -33, "coupon": None}])
    wallet = {"order": given["order"], "kind": "wallet", "amount": 2000, "bonus": 200}
    connection.many(TENDER, [wallet, wallet | {"kind": "wechat", "amount": 6000, "bonus": 0}])


def _points(connection: Connection, buyer: Buyer, given: Mapping[str, Any], after: int, turn: int) -> None:
    spend = {**given, "key": given["key"] + "s", "kind": "spend", "amount": -100, "after": after, "turn": turn}
    earn = {**given, "key": given["key"] + "e", "kind": "earn", "amount": 7, "after": after + 7, "turn": turn + 1}
    connection.many(ENTRY, [spend, earn])
    connection.many(LOT_TAKEN, [{"lot": buyer.points_lot}])
    new = connection.one(LOT, given)[0]
    connection.many(LOT_MOVE, [spend | {"lot": buyer.points_lot}, earn | {"lot": new}])
