"""The refund sheet of stored value (退款核算单): the shop's policy and the legal floor of every top-up, step by step.

Policy: what is left of the principal. Floor: the principal less what was bought with it at list price, bonus or not; within seven
days and unused it is the whole principal (facts.md §3.2, 法释〔2025〕4号). Each top-up is a contract of its own, so that what one was
overused by does not lessen another.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders.models import LineShare, Order, OrderLine
from services.shared import money
from services.wallet import rules
from services.wallet.errors import NothingToPayOut
from services.wallet.queries import OpenLot, OrderPart, get_balance, list_open_lots, list_order_parts
from services.wallet.rules import Part, Use

FRESH = timedelta(days=7)


@dataclass(frozen=True)
class LotSheet:
    """One top-up: what was paid, what was bought with it at list price, what is paid back at least. Amounts are fen.

    `fresh`: paid within seven days and unused.
    """

    lot: OpenLot
    uses: tuple[Use, ...]
    sheet: rules.Sheet
    fresh: bool

    @property
    def lot_id(self) -> int:
        """The lot's id."""
        return self.lot.id

    @property
    def top_up_id(self) -> int | None:
        """The top-up it came from."""
        return self.lot.top_up_id

    @property
    def number(self) -> str | None:
        """That top-up's number."""
        return self.lot.number

    @property
    def name(self) -> str:
        """The plan's name."""
        return self.lot.plan_name

    @property
    def paid_at(self) -> datetime:
        """When it was paid."""
        return self.lot.created_at

    @property
    def principal(self) -> int:
        """What was paid in."""
        return self.sheet.principal

    @property
    def bonus(self) -> int:
        """What was given on top."""
        return self.lot.bonus

    @property
    def bonus_left(self) -> int:
        """What of that would be lost."""
        return self.lot.bonus_left

    @property
    def consumed(self) -> int:
        """What it bought, at list price."""
        return self.sheet.consumed

    @property
    def policy(self) -> int:
        """What is left of the principal."""
        return self.sheet.principal_left

    @property
    def floor(self) -> int:
        """What has to be paid back at least."""
        return self.sheet.floor

    @property
    def amount(self) -> int:
        """What is paid back: the policy's result, never below the floor."""
        return self.sheet.amount


@dataclass(frozen=True)
class RefundSheet:
    """The sheets of all chosen top-ups. `mark` changes whenever the wallet does; `tenders` are the ways by which was paid in."""

    member_id: int
    mark: int
    lots: tuple[LotSheet, ...]

    @property
    def policy(self) -> int:
        """What the shop's policy gives back."""
        return sum(each.policy for each in self.lots)

    @property
    def floor(self) -> int:
        """What the law asks for at least."""
        return sum(each.floor for each in self.lots)

    @property
    def amount(self) -> int:
        """What is paid back unless the two sides agree on another sum between floor and this."""
        return sum(each.amount for each in self.lots)

    @property
    def bonus_lost(self) -> int:
        """The bonus that ends with it."""
        return sum(each.bonus_left for each in self.lots)

    @property
    def tenders(self) -> tuple[str, ...]:
        """The original ways of paying, the one of the newest top-up first."""
        kinds = [kind for each in reversed(self.lots) if each.amount for kind in each.lot.paid_by]
        return tuple(dict.fromkeys(kinds))

    def most_by(self, tender: str) -> int:
        """What can go back by a tender: of each top-up no more than was paid with it."""
        return sum(min(each.amount, each.lot.paid_by.get(tender, 0)) for each in self.lots)

    def ways(self, amount: int) -> tuple[str, ...]:
        """The original ways of paying by which `amount` can go back at once."""
        return tuple(tender for tender in self.tenders if amount <= self.most_by(tender))


def get_refund_sheet(session: Session, member_id: int, lots: Collection[int] = (), *, at: datetime) -> RefundSheet:
    """The sheet of these lots, of all with something left when none is named. Raises NothingToPayOut."""
    found = [lot for lot in list_open_lots(session, member_id) if not lots or lot.id in lots]
    if not any(lot.principal_left for lot in found):
        raise NothingToPayOut
    uses = _uses(session, list_order_parts(session, member_id))
    mark = get_balance(session, member_id).sequence
    return RefundSheet(member_id, mark, tuple(_sheet(lot, uses.get(lot.used_as or 0, []), at) for lot in found))


def _sheet(lot: OpenLot, uses: list[Use], at: datetime) -> LotSheet:
    sheet = rules.sheet(lot.principal, lot.principal_left, uses)
    fresh = not uses and bool(lot.number) and at - lot.created_at <= FRESH
    return LotSheet(lot, tuple(uses), sheet, fresh)


@dataclass(frozen=True)
class _Bought:
    """An order: what of it is kept, at list price, and what is still paid for it (fen)."""

    number: str
    at: datetime
    kept: int
    still_paid: int


def _uses(session: Session, parts: list[OrderPart]) -> dict[int, list[Use]]:
    """What each lot was used for. An order's list price falls on its lots as its payment did."""
    orders = _bought(session, {each.order_id for each in parts})
    by_order: dict[int, list[Part]] = {}
    for each in parts:
        by_order.setdefault(each.order_id, []).append(each.part)
    uses: dict[int, list[Use]] = {}
    for order_id, held in by_order.items():
        bought, weights = orders[order_id], [part.principal + part.bonus for part in held]
        value = rules.list_value_of(bought.kept, sum(weights), bought.still_paid)
        for part, share in zip(held, money.split(value, weights), strict=True):
            use = Use(bought.number, part.principal, part.bonus, share, order_id, bought.at)
            uses.setdefault(part.lot_id, []).append(use)
    return uses


def _bought(session: Session, order_ids: Collection[int]) -> Mapping[int, _Bought]:
    shares = select(LineShare.line_id, func.sum(LineShare.amount).label("off")).group_by(LineShare.line_id).subquery()
    lines = session.execute(
        select(OrderLine, func.coalesce(shares.c.off, 0))
        .outerjoin(shares, shares.c.line_id == OrderLine.id)
        .where(OrderLine.order_id.in_(order_ids))
    )
    kept = dict.fromkeys(order_ids, 0)
    for line, off in lines:
        kept[line.order_id] += _kept(line, line.amount - int(off))
    orders = session.scalars(select(Order).where(Order.id.in_(order_ids)))
    return {
        each.id: _Bought(each.number, each.completed_at, kept[each.id], each.due - each.refunded) for each in orders
    }


def _kept(line: OrderLine, at_list_price: int) -> int:
    """What of a line at list price is not refunded: by its money, or by its pieces where it cost nothing."""
    if line.amount:
        return money.portion(at_list_price, line.amount - line.refunded_amount, line.amount)
    return money.portion(at_list_price, line.quantity - line.refunded_quantity, line.quantity)
