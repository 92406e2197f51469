"""Writing down what happened: sales (`sales`), refunds (`refunds`), and who an order belongs to (`handovers`)."""

from services.orders.commands.refunds import RefundDraft, record_refund
from services.orders.commands.sales import OrderDraft, record_order

__all__ = ["OrderDraft", "RefundDraft", "record_order", "record_refund"]
