"""What the shop knows of the member who asks, as JSON or as tables for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from services.privacy import commands, queries
from services.shared import clock
from services.shared.limits import Rule
from services.shared.words import N_
from webapp.web import edge, people

MOST = Rule("own_data:member", most=10, seconds=3600)  # it reads everything there is

TABLES: Mapping[str, str] = {
    "profile": N_("资料"), "consents": N_("我同意过的"), "orders": N_("订单"), "lines": N_("订单明细"), "refunds": N_("退款"),
    "invoices": N_("发票"), "points": N_("积分"), "growth": N_("成长值"), "wallet": N_("储值"), "coupons": N_("优惠券"),
    "messages": N_("消息"), "sessions": N_("登录的设备"), "devices": N_("会员码装到手机"), "passkeys": N_("通行密钥"),
}  # fmt: skip


def take(form: str) -> dict[str, list[dict[str, Any]]]:
    """Everything, table by table; it counts, and is written down."""
    at, actor = clock.now(), edge.actor()
    edge.spend(MOST, actor.scope, at=at)
    told = queries.collect_own_data(edge.read(), people.member().id)

    def note(session: Any) -> dict[str, Any]:
        commands.note_export(session, form, actor=actor, at=at)
        return {}

    edge.write(note, keyed=False)
    return told


def as_tables(told: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]]:
    """One table for each that holds anything, under a name in the reader's language."""
    return {
        _(TABLES[name]): (list(rows[0]), [list(row.values()) for row in rows]) for name, rows in told.items() if rows
    }
