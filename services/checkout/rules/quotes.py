"""A quote's id carries the quote itself, signed: nothing is stored, and nobody can write one (`q_…`, URL-safe)."""

import base64
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.checkout.rules.pricing import Cart, CartLine, Price
from services.orders.queries import LineView

LIFE = timedelta(minutes=15)
_PREFIX = "q_"
_MAC = 16  # bytes
_MOST = 40_000  # characters; a hundred lines with notes stay far below
_UNPACKED = 200_000

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Promise:
    """What a quote said: the cart, what each line and the whole would cost, what it earns, and until when."""

    cart: Cart
    list_prices: tuple[int, ...]
    amounts: tuple[int, ...]
    due: int
    earns: int
    expires_at: datetime

    def holds(self, price: Price, earns: int, at: datetime) -> bool:
        """Whether the cart, priced anew, still is what was promised."""
        return (
            at < self.expires_at
            and self.due == price.due
            and self.earns == earns
            and self.list_prices == tuple(line.list_price for line in price.lines)
            and self.amounts == tuple(line.amount for line in price.lines)
        )


def seal(cart: Cart, price: Price, earns: int, expires_at: datetime, sign: Sign) -> str:
    """The quote's id."""
    lines = [_packed(wanted, priced) for wanted, priced in zip(cart.lines, price.lines, strict=True)]
    content = [1, cart.store_id, cart.member_id, lines, price.due, earns, int(expires_at.timestamp())]
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)
    return _PREFIX + base64.urlsafe_b64encode(sign(packed) + packed).rstrip(b"=").decode()


def unseal(quote_id: str, sign: Sign) -> Promise | None:
    """What a quote's id says; None when it is not one of ours."""
    raw = _raw(quote_id)
    if raw is None or not hmac.compare_digest(sign(raw[_MAC:]), raw[:_MAC]):
        return None
    unpacked = zlib.decompressobj().decompress(raw[_MAC:], _UNPACKED)
    _, store_id, member_id, lines, due, earns, expires = json.loads(unpacked)
    wanted = tuple(CartLine(product, options, quantity, note) for product, options, quantity, note, _, _ in lines)
    return Promise(
        cart=Cart(store_id, member_id, wanted),
        list_prices=tuple(line[4] for line in lines),
        amounts=tuple(line[5] for line in lines),
        due=due,
        earns=earns,
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _packed(wanted: CartLine, priced: LineView) -> list[Any]:
    return [wanted.product_id, dict(wanted.options), wanted.quantity, wanted.note, priced.list_price, priced.amount]


def _raw(quote_id: str) -> bytes | None:
    if not quote_id.startswith(_PREFIX) or not quote_id.isascii() or len(quote_id) > _MOST:
        return None
    body = quote_id.removeprefix(_PREFIX)
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) > _MAC else None
