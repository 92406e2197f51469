"""Till shifts. What should have been there, and the difference, only for who may know it: others count blind."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.exports.queries.lists.ledgers import within_days
from services.exports.queries.lists.listing import Listing, Row
from services.exports.rules import CHOICE, MONEY, TIME, Asked, Column
from services.exports.schemas import TillsFilter
from services.shared.words import N_
from services.tills import queries
from services.tills.models import TillShift
from services.tills.permissions import TILLS_AUDIT, TILLS_READ
from services.tills.queries import ShiftView

COLUMNS = (
    Column("store", N_("门店")),
    Column("name", N_("收银台")),
    Column("state", N_("状态"), CHOICE),
    Column("opened_at", N_("开班时间"), TIME),
    Column("opened_by", N_("开班人")),
    Column("closed_at", N_("交班时间"), TIME),
    Column("closed_by", N_("交班人")),
    Column("opening_float", N_("备用金"), MONEY),
    Column("counted_cash", N_("点到的现金"), MONEY),
    Column("counted", N_("点到的合计"), MONEY),
    Column("expected_cash", N_("应有的现金"), MONEY, TILLS_AUDIT),
    Column("expected", N_("应有的合计"), MONEY, TILLS_AUDIT),
    Column("difference", N_("差额"), MONEY, TILLS_AUDIT),
    Column("reason", N_("原因")),
)


def _select(_session: Session, asked: Asked) -> Select[Any]:
    where = [
        *within_days(asked, TillShift.opened_at),
        *queries.narrowed(asked.actor, asked.get("store"), asked.get("state") or ""),
    ]
    return select(TillShift.id).where(*where)


def _needs(_session: Session, asked: Asked) -> Collection[str]:
    return {TILLS_AUDIT} if asked.get("state") == "different" else ()


def _read(session: Session, ids: Sequence[int], asked: Asked, _columns: Collection[str]) -> list[Row]:
    return [_shift(view) for view in queries.list_named(session, ids, actor=asked.actor)]


def _shift(view: ShiftView) -> dict[str, Any]:
    counted, expected = view.counted or {}, view.expected or {}
    return {
        "store": view.store_name, "name": view.name, "state": view.state, "opened_at": view.opened_at,
        "opened_by": view.opened_by_name or "", "closed_at": view.closed_at, "closed_by": view.closed_by_name or "",
        "opening_float": view.opening_float, "counted_cash": counted.get("cash"), "expected_cash": expected.get("cash"),
        "counted": sum(counted.values()) if counted else None, "expected": sum(expected.values()) if expected else None,
        "difference": view.difference if counted and expected else None, "reason": view.reason,
    }  # fmt: skip


TILLS = Listing(
    "tills", N_("收银班次"), TILLS_READ, COLUMNS, TillsFilter, (TillShift.id,), _select, _read, needs=_needs
)
