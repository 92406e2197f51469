"""What a scanned or typed code is (docs/member-code.md lists every kind). Only a member code changes something: it is used up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from services.catalog.queries import find_by_barcode
from services.checkout.errors import CodeNotHere
from services.coupons.permissions import COUPONS_READ
from services.coupons.queries import find_by_code
from services.members.queries import find_member_by_number
from services.orders.queries import find_order_by_receipt
from services.shared import ids, limits
from services.shared.actors import Actor
from services.shared.words import N_
from services.signin import commands as signin
from services.signin.permissions import SCANS_CREATE
from services.stores.queries import get_open_store

MEMBER_CODE = "88"
RECEIPT = "CK:R:"
COUPON = "CK:C:"
WRONG_CODES = limits.Rule("receipt_code:actor", most=30, seconds=3600)
_NOT_FOUND = {
    COUPON: N_("没有找到这张优惠券"),
    "CK:G:": N_("这是礼品兑换码，这里还不能核销"),
    "CK:P:": N_("这是预订取货码，这里还不能核销"),
}
_LINK = N_("这是给顾客的网址，请顾客用自己的手机扫")
_UNKNOWN = N_("没认出这个码，请换一个试试")


@dataclass(frozen=True)
class Resolved:
    """What a code is. `scan_id` is the proof that the member was here; only a live member code has one."""

    kind: Literal["member", "product", "order", "coupon"]
    scan_id: int | None = None
    member_id: int | None = None
    product_id: int | None = None
    order_id: int | None = None
    coupon_id: int | None = None

    @property
    def spendable(self) -> bool:
        """Whether something of the member's may be spent on it."""
        return self.scan_id is not None


def resolve(session: Session, code: str, store_id: int, *, actor: Actor, at: datetime) -> Resolved:
    """Find out what `code` is at this store.

    A live member code is used up: CodeUsed, CodeExpired, ClockSkew, CodeUnknown as in domain.md, *Codes*. What is no code of
    ours, or belongs to another counter, is CodeNotHere (404) with words that say so.
    """
    actor.require(SCANS_CREATE, store_id)
    get_open_store(session, store_id, actor=actor)
    text = code.strip()
    digits = text.replace(" ", "")
    if is_member_code(digits):
        scan = signin.scan_member_code(session, digits, store_id=store_id, actor=actor, at=at)
        return Resolved("member", scan_id=scan.id, member_id=scan.member_id)
    found = (
        _product(session, text, store_id)
        or _member(session, digits)
        or _order(session, text, actor)
        or _coupon(session, text, actor)
    )
    if found is None:
        raise CodeNotHere(text=_why_not(text))
    return found


def is_member_code(code: str) -> bool:
    """Whether `code` claims to be a live member code: a wrong one is then a guess, and counted."""
    digits = code.replace(" ", "")
    return len(digits) == 20 and digits.isascii() and digits.isdigit() and digits.startswith(MEMBER_CODE)


def is_short_code(code: str) -> bool:
    """Whether `code` claims to be a receipt's or a coupon's: guessing those is counted too."""
    return code.strip().upper().startswith((RECEIPT, COUPON)) or ids.read_short_code(code) is not None


def _product(session: Session, code: str, store_id: int) -> Resolved | None:
    product = find_by_barcode(session, code, store_id)
    return Resolved("product", product_id=product.id) if product else None


def _member(session: Session, digits: str) -> Resolved | None:
    member = find_member_by_number(session, digits)
    return Resolved("member", member_id=member.id) if member else None


def _order(session: Session, code: str, actor: Actor) -> Resolved | None:
    upper = code.upper()
    canonical = ids.read_short_code(upper.removeprefix(RECEIPT))
    order = find_order_by_receipt(session, canonical, actor=actor) if canonical else None
    return Resolved("order", order_id=order.id) if order else None


def _coupon(session: Session, code: str, actor: Actor) -> Resolved | None:
    coupon = find_by_code(session, code) if actor.may(COUPONS_READ) else None
    return Resolved("coupon", coupon_id=coupon.id, member_id=coupon.member_id) if coupon else None


def _why_not(code: str) -> str:
    if code.lower().startswith(("http://", "https://")):
        return _LINK
    return _NOT_FOUND.get(code[:5].upper(), _UNKNOWN)
