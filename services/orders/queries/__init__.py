"""Looking up orders (`orders`) and what went back for them (`refunds`)."""

from services.orders.queries.orders import (
    HIGHEST_ID,
    DayTotals,
    LineView,
    OrderView,
    ShareView,
    TenderView,
    find_external_keys,
    find_order_by_receipt,
    get_day_totals,
    get_order,
    get_order_of_member,
    list_numbers,
    list_orders,
    list_orders_of_member,
)

__all__ = [
    "HIGHEST_ID",
    "DayTotals",
    "LineView",
    "OrderView",
    "ShareView",
    "TenderView",
    "find_external_keys",
    "find_order_by_receipt",
    "get_day_totals",
    "get_order",
    "get_order_of_member",
    "list_numbers",
    "list_orders",
    "list_orders_of_member",
]
