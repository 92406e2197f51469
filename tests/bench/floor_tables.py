"""What the bench puts into the tables by itself: coupons and agreements for the sales to come, and the floor's members with everything."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from tests.bench.floor_sale import Buyer

PLENTY = 10**12
ACCOUNTS = (
    "INSERT INTO points_accounts (member_id, balance, sequence, mac) VALUES (:member, :plenty, 0, '')",
    "INSERT INTO growth_accounts (member_id, balance, sequence, mac) VALUES (:member, 0, 0, '')",
    "INSERT INTO wallet_accounts (member_id, principal, bonus, sequence, mac) VALUES (:member, :plenty, :plenty, 0, '')",
)
POINTS_LOT = 'INSERT INTO points_lots (member_id, amount, "left", created_at) VALUES (:member, :plenty, :plenty, :at) RETURNING id'
WALLET_LOT = (
    "INSERT INTO wallet_lots (member_id, principal, bonus, principal_left, bonus_left, created_at) "
    "VALUES (:member, :plenty, :plenty, :plenty, :plenty, :at) RETURNING id"
)
COUPON = (
    "INSERT INTO coupons (template_id, member_id, code_hash, state, source, issued_at, saved) "
    "VALUES (:template, :member, :code, 'issued', 'bench', :at, 0) RETURNING id"
)
PROOF = (
    "INSERT INTO spending_proofs (member_id, store_id, way, most, words, wrong_tries, created_at, confirmed_at, expires_at) "
    "VALUES (:member, :store, 'override', 1000000, 'bench', 0, :at, :at, :until) RETURNING id"
)


class Tables:
    """The shop's database, written to directly."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.removeprefix("sqlite:///") if url.startswith("sqlite") else ""

    def coupons(self, template: int, members: Sequence[int]) -> list[int]:
        """A coupon for each."""
        return self._write(COUPON, [{"template": template, "member": member} for member in members])

    def proofs(self, store: int, members: Sequence[int]) -> list[int]:
        """An agreement of each."""
        return self._write(PROOF, [{"store": store, "member": member} for member in members])

    def buyers(self, store: int, template: int, members: Sequence[int]) -> tuple[Buyer, ...]:
        """Members of the floor with accounts, lots, an agreement and a coupon."""
        rows = [{"member": member} for member in members]
        for statement in ACCOUNTS:
            self._write(statement, rows)
        made = (self._write(POINTS_LOT, rows), self._write(WALLET_LOT, rows), self.proofs(store, members))
        found = zip(members, *made, self.coupons(template, members), strict=True)
        return tuple(Buyer(*each) for each in found)

    def _write(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows in one transaction; their ids, where the statement returns them."""
        at = datetime.now(UTC)
        given = [
            {"at": at, "until": at + timedelta(days=1), "code": uuid4().hex, "plenty": PLENTY, **row} for row in rows
        ]
        return self._in_sqlite(statement, given) if self.sqlite else self._in_postgres(statement, given)

    def _in_sqlite(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        plain = [
            {name: value.isoformat(" ").removesuffix("+00:00") if isinstance(value, datetime) else value
             for name, value in row.items()}
            for row in rows
        ]  # fmt: skip
        file = sqlite3.connect(self.sqlite, timeout=30, isolation_level=None)
        try:
            file.execute("BEGIN IMMEDIATE")
            found = [row[0] for each in plain for row in file.execute(statement, each)]
            file.execute("COMMIT")
        finally:
            file.close()
        return found

    def _in_postgres(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        from tests.bench.checkout_floor import in_percent

        with psycopg.connect(self.url.replace("+psycopg", "")) as server:
            cursors = (server.execute(in_percent(statement), row) for row in rows)
            return [row[0] for cursor in cursors if cursor.description for row in cursor]
