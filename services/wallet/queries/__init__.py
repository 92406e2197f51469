"""Looking up wallets, their statements, plans, top-ups, payouts, and what the shop owes."""

from services.wallet.books import WALLET
from services.wallet.queries.balances import Balance, find_change, get_balance, list_balances
from services.wallet.queries.entries import EntryView, get_spent_by, list_entries
from services.wallet.queries.liability import Amount, Flow, get_paid_out, list_flows, list_outstanding
from services.wallet.queries.lots import (
    OpenLot,
    OrderPart,
    list_lots,
    list_open_lots,
    list_order_parts,
    list_parts_of_order,
)
from services.wallet.queries.plans import Offer, count_top_ups, get_plan, list_offers, list_plans
from services.wallet.queries.top_ups import (
    PaidView,
    PayoutView,
    TopUpView,
    get_payout,
    get_top_up,
    get_top_up_of_member,
)

__all__ = [
    "WALLET",
    "Amount",
    "Balance",
    "EntryView",
    "Flow",
    "Offer",
    "OpenLot",
    "OrderPart",
    "PaidView",
    "PayoutView",
    "TopUpView",
    "count_top_ups",
    "find_change",
    "get_balance",
    "get_paid_out",
    "get_payout",
    "get_plan",
    "get_spent_by",
    "get_top_up",
    "get_top_up_of_member",
    "list_balances",
    "list_entries",
    "list_flows",
    "list_lots",
    "list_offers",
    "list_open_lots",
    "list_order_parts",
    "list_outstanding",
    "list_parts_of_order",
    "list_plans",
]
