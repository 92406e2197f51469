"""Why a balance of points is what it is: each entry in words, for the member and for staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from services.checkout.queries.points_ledger import ExplainedEntry
from services.loyalty import queries as loyalty
from services.loyalty.schemas import decimal
from services.orders import queries as orders
from services.shared.words import N_
from webapp.web import i18n, people
from webapp.web.loyalty_words import yuan

KINDS = {
    "earn": N_("消费得积分"),
    "spend": N_("抵扣消费"),
    "claw_back": N_("退款收回"),
    "give_back": N_("退款退回"),
    "expire": N_("到期"),
    "adjust": N_("店里补的"),
    "top_up": N_("充值送的"),
    "transfer": N_("会员卡合并"),
    "form": N_("填表单送的"),
    "opening": N_("旧系统带过来的"),
    "opening_undone": N_("导入撤销"),
}


@dataclass(frozen=True)
class ToldEntry:
    """An entry as a row shows it: a title, the order it came of, lines that explain it, the numbers."""

    id: int
    title: str
    origin: str
    lines: tuple[str, ...]
    amount: int
    balance_after: int
    order_id: int | None
    at: datetime
    shared: bool = False


@dataclass(frozen=True)
class ComingPoints:
    """Points that will count on a day."""

    points: int
    due_at: datetime
    order_id: int
    number: str
    shared: bool = False


def tell(entry: ExplainedEntry) -> ToldEntry:
    """The entry in the reader's words."""
    title = KINDS.get(entry.kind, entry.kind)
    if entry.kind == "adjust" and entry.amount < 0:
        title = N_("店里扣减")
    elif entry.corrected and entry.kind == "claw_back":
        title = N_("订单改到别的会员")
    return ToldEntry(
        entry.id,
        str(_(title)),
        _origin(entry),
        tuple(each for each in (entry.note, _rule(entry), _lot(entry)) if each),
        entry.amount,
        entry.balance_after,
        entry.order_id,
        entry.at,
        entry.shared,
    )


def _origin(entry: ExplainedEntry) -> str:
    """The order it came of, and that somebody of the household bought."""
    order = _("订单 %(number)s", number=entry.order_number) if entry.order_number else ""
    return " · ".join(str(each) for each in (_("家人") if entry.shared else "", order) if each)


def debt_words(balance: int) -> str:
    """欠 12 积分，下次消费先还; empty without a debt."""
    if balance >= 0:
        return ""
    return str(
        ngettext("欠 %(points)s 积分，下次消费先还", "欠 %(points)s 积分，下次消费先还", -balance, points=-balance)
    )


def ending_words(session: Session, member_id: int, *, at: datetime) -> str:
    """12 积分 11月30日到期: the next end within 30 days; empty where nothing ends."""
    soon = [
        lot
        for lot in loyalty.list_lots(session, member_id)
        if lot.expires_at and lot.expires_at <= at + timedelta(days=30)
    ]
    if not soon or soon[0].expires_at is None:
        return ""
    end = soon[0].expires_at
    points = sum(lot.left for lot in soon if lot.expires_at == end)
    return str(
        ngettext("%(points)s 积分 %(day)s到期", "%(points)s 积分 %(day)s到期", points, points=points, day=last_day(end))
    )


def coming(session: Session, member_id: int) -> list[ComingPoints]:
    """What is pending, with the orders' numbers."""
    found = loyalty.list_pending(session, member_id)
    numbers = orders.list_numbers(session, {each.order_id for each in found}, stores=people.seen_stores())
    return [
        ComingPoints(
            each.points, each.due_at, each.order_id, numbers.get(each.order_id, ""), each.by_member_id is not None
        )
        for each in found
    ]


def _rule(entry: ExplainedEntry) -> str:
    """计分金额 ¥57.60，每满 ¥10 得 1，2 倍: what was paid with bonus money earns nothing."""
    if not entry.rate:
        return ""
    step, points = yuan(entry.rate["step"]), entry.rate["per_step"]
    words = (
        N_("计分金额 %(paid)s，每满 %(step)s 得 %(points)s")
        if entry.rate["way"] == "steps"
        else N_("计分金额 %(paid)s，每 %(step)s 得 %(points)s")
    )
    said = str(_(words, paid=yuan(entry.paid or 0), step=step, points=points))
    if entry.multiplier in {None, 100}:
        return said
    times = decimal(entry.multiplier or 100, 100)
    if entry.mixed:
        return str(_("%(rule)s，部分商品 %(times)s 倍", rule=said, times=times))
    return str(_("%(rule)s，%(times)s 倍", rule=said, times=times))


def _lot(entry: ExplainedEntry) -> str:
    if entry.kind == "expire" and entry.lots:
        return str(_("%(day)s得到的，没用完", day=i18n.day_words(entry.lots[0].created_at)))
    if entry.amount < 0:
        return ""
    told = []
    if entry.repaid:
        paid = min(entry.repaid, entry.amount)
        told.append(ngettext("其中 %(points)s 还了欠的", "其中 %(points)s 还了欠的", paid, points=paid))
    if entry.left and entry.expires_at:
        day = last_day(entry.expires_at)
        told.append(
            _("%(day)s到期，还剩 %(left)s", day=day, left=entry.left)
            if entry.left < entry.amount
            else _("%(day)s到期", day=day)
        )
    return str(_("，")).join(str(each) for each in told)


def last_day(end: datetime) -> str:
    """The last day on which points can be used that end at this moment (a midnight)."""
    return i18n.day_words(end - timedelta(seconds=1))
