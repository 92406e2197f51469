"""A quote's id carries the quote itself, signed: nothing is stored, and nobody can write one (`q_…`, URL-safe)."""

import base64
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.checkout.rules.pricing import Cart, CartLine, Choice, Price
from services.orders.queries import LineView

LIFE = timedelta(minutes=15)
_PREFIX = "q_"
_FORM = 3  # what the content looks like; quotes of another one are over
_MAC = 16  # bytes
_MOST = 40_000  # characters; a hundred lines with notes stay far below
_UNPACKED = 200_000

Sign = Callable[[bytes], bytes]
Accounts = tuple[int | None, int | None]


@dataclass(frozen=True)
class Promise:
    """What a quote said: the cart, the coupons and points chosen, what each line and the whole would cost, what it earns, until when.

    `accounts`: whose stored value and whose points it would move.
    """

    cart: Cart
    choice: Choice
    list_prices: tuple[int, ...]
    amounts: tuple[int, ...]
    due: int
    earns: int
    expires_at: datetime
    accounts: Accounts = (None, None)

    def holds(self, price: Price, earns: int, at: datetime, *, accounts: Accounts) -> bool:
        """Whether the cart, priced anew, still is what was promised."""
        return (
            at < self.expires_at
            and self.due == price.due
            and self.earns == earns
            and self.accounts == accounts
            and self.list_prices == tuple(line.list_price for line in price.lines)
            and self.amounts == tuple(line.amount for line in price.lines)
        )


def seal(cart: Cart, price: Price, earns: int, expires_at: datetime, sign: Sign, *, accounts: Accounts) -> str:
    """The quote's id."""
    lines = [_packed(wanted, priced) for wanted, priced in zip(cart.lines, price.lines, strict=True)]
    chosen = [list(price.coupons), price.tier, price.points]
    wish = [cart.coupons, cart.points, cart.manual_off, cart.manual_reason, cart.own]
    ends = int(expires_at.timestamp())
    content = [_FORM, cart.store_id, cart.member_id, lines, wish, chosen, price.due, earns, accounts, ends]
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)
    return _PREFIX + base64.urlsafe_b64encode(sign(packed) + packed).rstrip(b"=").decode()


def unseal(quote_id: str, sign: Sign) -> Promise | None:
    """What a quote's id says; None when it is not one of ours (or of a former release)."""
    raw = _raw(quote_id)
    if raw is None or not hmac.compare_digest(sign(raw[_MAC:]), raw[:_MAC]):
        return None
    content = json.loads(zlib.decompressobj().decompress(raw[_MAC:], _UNPACKED))
    if content[0] != _FORM:
        return None
    _, store_id, member_id, lines, wish, chosen, due, earns, accounts, expires = content
    wanted = tuple(
        CartLine(product, options, quantity, note, grams, open_price, manual_price)
        for product, options, quantity, note, grams, open_price, manual_price, _, _ in lines
    )
    coupons, points, manual_off, manual_reason, own = wish
    named = None if coupons is None else tuple(coupons)
    return Promise(
        cart=Cart(store_id, member_id, wanted, named, points, manual_off, manual_reason, own),
        choice=Choice(tuple(chosen[0]), chosen[1], chosen[2], due),
        list_prices=tuple(line[-2] for line in lines),
        amounts=tuple(line[-1] for line in lines),
        due=due,
        earns=earns,
        expires_at=datetime.fromtimestamp(expires, UTC),
        accounts=(accounts[0], accounts[1]),
    )


def _packed(wanted: CartLine, priced: LineView) -> list[Any]:
    return [
        wanted.product_id, dict(wanted.options), wanted.quantity, wanted.note, wanted.grams, wanted.open_price,
        wanted.manual_price, priced.list_price, priced.amount,
    ]  # fmt: skip


def _raw(quote_id: str) -> bytes | None:
    if not quote_id.startswith(_PREFIX) or not quote_id.isascii() or len(quote_id) > _MOST:
        return None
    body = quote_id.removeprefix(_PREFIX)
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) > _MAC else None
