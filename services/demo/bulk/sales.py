"""Sales as rows: orders with lines and a tender each, and refunds of what went back."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.demo.bulk.opening import Opened
from services.demo.bulk.plan import Plan, Sale
from services.demo.bulk.rows import moment
from services.orders.models import Order, OrderCounter, OrderLine, Refund, RefundLine, RefundTender, Tender
from services.shared import ids
from services.shared.bulk import Sheet, sheet

ORDERS = sheet(
    Order,
    "id number receipt_code store_id day sequence member_id state origin note list_total due paid change points_earned points_spent "
    "refunded flags manual_reason completed_at",
)
LINES = sheet(
    OrderLine,
    "id order_id position product_id name options quantity list_price amount note category_id multiplier refunded_quantity refunded_amount",
)
TENDERS = sheet(Tender, "id order_id kind amount received bonus refunded")
REFUNDS = sheet(
    Refund,
    "id order_id sequence store_id way reason amount points_taken_back points_returned debt growth_taken_back coupons_returned at",
)
REFUND_LINES = sheet(RefundLine, "refund_id line_id quantity amount")
REFUND_TENDERS = sheet(RefundTender, "refund_id tender_id kind amount bonus")
COUNTERS = sheet(OrderCounter, "store_id day last")
SHEETS = (ORDERS, LINES, TENDERS, REFUNDS, REFUND_LINES, REFUND_TENDERS, COUNTERS)

PAID_BY = ("wechat", "wechat", "wechat", "alipay", "alipay", "card", "cash")
THOUGHT = timedelta(minutes=20)  # after which somebody brings it back
Rows = dict[Sheet, list[tuple[Any, ...]]]


class Sales:
    """Every sale of a plan in the order of time; the row of a sale is its number, counted from 1."""

    def __init__(self, plan: Plan, shop: Opened) -> None:
        self.plan, self.shop = plan, shop
        self.sequences: Counter[tuple[int, str]] = Counter()
        self.line_id = 0

    def portions(self, size: int) -> Iterator[Rows]:
        """So many sales at a time; at last how far each store counted on each day."""
        for first in range(0, self.plan.sales, size):
            rows: Rows = {each: [] for each in SHEETS}
            for number in range(first, min(first + size, self.plan.sales)):
                self._add(rows, self.plan.sale(number))
            yield rows
        yield {COUNTERS: [(*key, last) for key, last in self.sequences.items()]}

    def _add(self, rows: Rows, sale: Sale) -> None:
        order_id, (store_id, code), day = sale.number + 1, self.shop.stores[sale.store], sale.day.isoformat()
        member_id = None if sale.buyer is None else sale.buyer + 1
        self.sequences[store_id, day] += 1
        sequence = self.sequences[store_id, day]
        total, first_line = 0, self.line_id + 1
        for position, (place, pieces) in enumerate(sale.lines, start=1):
            goods = self.shop.goods[place]
            amount = goods.price * pieces
            total += amount
            self.line_id += 1
            back = (pieces, amount) if sale.gone else (0, 0)
            rows[LINES].append(
                (self.line_id, order_id, position, goods.id, goods.name, "{}", pieces, goods.price, amount, "",
                 goods.category_id, 100, *back)
            )  # fmt: skip
        refunded, state, at = total * sale.gone, "refunded" if sale.gone else "paid", moment(sale.at)
        number = f"{code}-{day[5:7]}{day[8:]}-{sequence:04d}"
        rows[ORDERS].append(
            (order_id, number, ids.short_code(), store_id, day, sequence, member_id, state, "counter", "", total, total, total, 0, 0, 0,
             refunded, "[]", "", at)
        )  # fmt: skip
        kind = PAID_BY[sale.number % len(PAID_BY)]
        rows[TENDERS].append((order_id, order_id, kind, total, total if kind == "cash" else None, 0, refunded))
        if sale.gone:
            back_at = moment(sale.at + THOUGHT)
            rows[REFUNDS].append(
                (order_id, order_id, 1, store_id, "whole", "不合口味", total, 0, 0, 0, 0, "[]", back_at)
            )
            rows[REFUND_TENDERS].append((order_id, order_id, kind, total, 0))
            self._give_back(rows, sale, order_id, first_line)

    def _give_back(self, rows: Rows, sale: Sale, order_id: int, line_id: int) -> None:
        for number, (place, pieces) in enumerate(sale.lines):
            amount = self.shop.goods[place].price * pieces
            rows[REFUND_LINES].append((order_id, line_id + number, pieces, amount))
