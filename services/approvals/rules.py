"""What may need a second person, from when on, and what a request has come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.audit.permissions import AUDIT_EXPORT
from services.loyalty.permissions import POINTS_ADJUST
from services.merging.permissions import MEMBERS_MERGE
from services.shared.words import N_
from services.wallet.permissions import WALLET_ADJUST, WALLET_PAY_OUT

LIFE = timedelta(hours=24)  # as long as a request waits
EXPORT_LIFE = timedelta(hours=1)  # as long as an approved export may be taken
WAITING, APPROVED, DECLINED, WITHDRAWN, EXPIRED = "waiting", "approved", "declined", "withdrawn", "expired"
STATES = (WAITING, APPROVED, DECLINED, WITHDRAWN, EXPIRED)
PAYOUT, WALLET, POINTS, EXPORT, MERGE = "payout", "wallet", "points", "export", "merge"


@dataclass(frozen=True)
class Kind:
    """An act that may need a second person: who may do it, the setting that says so (empty: the act itself does), the one that says above
    how much (None: always)."""

    permission: str
    switch: str
    above: str | None = None


KINDS: Mapping[str, Kind] = {
    PAYOUT: Kind(WALLET_PAY_OUT, "approvals.payouts", "approvals.payouts_above"),
    WALLET: Kind(WALLET_ADJUST, "approvals.wallet", "approvals.wallet_above"),
    POINTS: Kind(POINTS_ADJUST, "approvals.points", "approvals.points_above"),
    EXPORT: Kind(AUDIT_EXPORT, "approvals.exports"),
    MERGE: Kind(MEMBERS_MERGE, ""),
}
RULE_SETTINGS = frozenset(name for kind in KINDS.values() for name in (kind.switch, kind.above) if name)
SWITCHED = tuple(kind for kind in KINDS.values() if kind.switch)
WORDS: Mapping[str, str] = {
    PAYOUT: N_("储值退款"),
    WALLET: N_("调整储值"),
    POINTS: N_("调整积分"),
    EXPORT: N_("导出操作记录"),
    MERGE: N_("合并会员卡"),
}
STATE_WORDS: Mapping[str, str] = {
    WAITING: N_("等着批"),
    APPROVED: N_("批了"),
    DECLINED: N_("没批"),
    WITHDRAWN: N_("撤回了"),
    EXPIRED: N_("过期了"),
}


def needs_approval(kind: str, amount: int, settings: Mapping[str, Any]) -> bool:
    """Whether a second person is needed for so much (fen, points; the sign does not matter): more than the shop has set."""
    rule = KINDS[kind]
    return bool(settings[rule.switch]) and (rule.above is None or abs(amount) > settings[rule.above])


def export_terms(store_id: int | None, day: date | None) -> dict[str, str]:
    """How far an export goes, as it is agreed to: one store or all that the asker sees, one day or all."""
    terms = {"store": str(store_id) if store_id is not None else "", "day": day.isoformat() if day is not None else ""}
    return {name: value for name, value in terms.items() if value}


def state_of(state: str, expires_at: datetime, at: datetime) -> str:
    """What a request has come to by `at`: what nobody decided in time is over."""
    return EXPIRED if state == WAITING and at >= expires_at else state
