"""Writing down what happened: sales (`sales`), refunds (`refunds`), and who an order belongs to (`handovers`)."""

from services.orders.commands.flags import review_order
from services.orders.commands.handovers import HandoverDraft, record_handover
from services.orders.commands.invoices import ask_invoice, settle_invoice
from services.orders.commands.refunds import RefundDraft, record_refund
from services.orders.commands.sales import OrderDraft, record_order

__all__ = [
    "HandoverDraft",
    "OrderDraft",
    "RefundDraft",
    "ask_invoice",
    "record_handover",
    "record_order",
    "record_refund",
    "review_order",
    "settle_invoice",
]
