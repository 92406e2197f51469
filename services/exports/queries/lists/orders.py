"""Orders of the stores that the asker works in: one row each, with how it was paid and what was in it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.exports.queries.lists.answers import own_answers
from services.exports.queries.lists.listing import Listing, Row
from services.exports.rules import CHOICE, DATE, MONEY, NUMBER, OWN, TIME, Asked, Column
from services.exports.schemas import OrdersFilter
from services.members.models import Member
from services.members.permissions import MEMBERS_READ
from services.members.queries import search_members
from services.orders import queries
from services.orders.models import Order
from services.orders.permissions import ORDERS_READ
from services.orders.queries import LineView, OrderView
from services.shared import ids as codes
from services.shared.words import N_
from services.tills.permissions import TILLS_AUDIT

PEOPLE = 20  # whose orders a search on the screen finds
RECEIPT = "CK:R:"
TENDERS = {
    "cash": N_("现金"), "wechat": N_("微信"), "alipay": N_("支付宝"), "card": N_("银行卡"), "wallet": N_("储值"), "other": N_("其他"),
}  # fmt: skip

COLUMNS = (
    Column("number", N_("单号")),
    Column("day", N_("日期"), DATE),
    Column("completed_at", N_("完成时间"), TIME),
    Column("store", N_("门店")),
    Column("staff", N_("收银员")),
    Column("member_number", N_("会员编号"), permission=MEMBERS_READ, usual=False),
    Column("member", N_("会员")),
    Column("items", N_("商品")),
    Column("units", N_("件数"), NUMBER),
    Column("list_total", N_("原价合计"), MONEY),
    Column("off", N_("优惠"), MONEY),
    Column("due", N_("应收"), MONEY),
    # Sums by way of paying are for who may see what should be in a till: others count it blind.
    *(Column(f"paid_{kind}", words, MONEY, TILLS_AUDIT) for kind, words in TENDERS.items()),
    Column("wallet_bonus", N_("其中赠送金"), MONEY, usual=False),
    Column("refunded", N_("已退"), MONEY),
    Column("state", N_("状态"), CHOICE),
    Column("points_earned", N_("得到积分"), NUMBER, usual=False),
    Column("points_spent", N_("用掉积分"), NUMBER, usual=False),
    Column("by_hand", N_("人工让利"), MONEY, usual=False),
    Column("manual_reason", N_("让利原因"), usual=False),
    Column("note", N_("备注"), usual=False),
)


def _select(session: Session, asked: Asked) -> Select[Any]:
    text = asked.get("q") or ""
    code = codes.read_short_code(text.upper().removeprefix(RECEIPT)) if text else None
    if code is not None:  # as on the screen: a receipt's code finds its order in every store one sees
        return queries.select_matching(asked.actor).where(Order.receipt_code == code)
    knows = text and asked.actor.may(MEMBERS_READ)
    people = [card.id for card in search_members(session, text, PEOPLE, asker=asked.actor)] if knows else []
    return queries.select_matching(
        asked.actor,
        store_id=asked.get("store"),
        first=asked.get("first"),
        last=asked.get("last"),
        number=text,
        or_member_ids=people,
        tender=asked.get("tender") or "",
        flagged=bool(asked.get("flagged")),
    )


def _read(session: Session, ids: Sequence[int], asked: Asked, columns: Collection[str]) -> list[Row]:
    found = queries.list_named(session, ids)
    numbers: dict[int | None, str] = {}
    if "member_number" in columns:
        buyers = select(Member.id, Member.number).where(Member.id.in_({order.member_id for order in found.values()}))
        numbers = dict(session.execute(buyers).tuples().all())
    answers = own_answers(session, "order", ids, asked) if any(each.startswith(OWN) for each in columns) else {}
    return [
        _order(found[each]) | {"member_number": numbers.get(found[each].member_id, "")} | answers.get(each, {})
        for each in ids
    ]


def _order(order: OrderView) -> dict[str, Any]:
    paid = {kind: sum(each.amount for each in order.tenders if each.kind == kind) for kind in TENDERS}
    return {
        "number": order.number, "day": order.day, "completed_at": order.completed_at, "store": order.store_name,
        "staff": order.staff_name or "", "member": order.member_name or "", "items": "；".join(map(_line, order.lines)),
        "units": order.units, "list_total": order.list_total, "off": order.list_total - order.due, "due": order.due,
        **{f"paid_{kind}": amount for kind, amount in paid.items()}, "wallet_bonus": sum(each.bonus for each in order.tenders),
        "refunded": order.refunded, "state": order.state, "points_earned": order.points_earned,
        "points_spent": order.points_spent, "by_hand": order.by_hand, "manual_reason": order.manual_reason, "note": order.note,
    }  # fmt: skip


def _line(line: LineView) -> str:
    """提拉米苏（6 寸） ×2, or its grams."""
    name = f"{line.name}（{line.choices}）" if line.choices else line.name
    return f"{name} {line.grams} g" if line.grams else f"{name} ×{line.quantity}"


ORDERS = Listing(
    "orders", N_("订单"), ORDERS_READ, COLUMNS, OrdersFilter, (Order.completed_at, Order.id), _select, _read, own="order"
)  # fmt: skip
