"""How an order may be paid: any split of several kinds that adds up to what is due; change is given on cash alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.orders.queries import TenderView
from services.shared.refusals import Invalid
from services.shared.words import N_

CASH = "cash"
WALLET = "wallet"
KINDS = (CASH, WALLET, "wechat", "alipay", "card", "other")
MOST_TENDERS = 10
SHORT = N_("储值余额不够")


@dataclass(frozen=True)
class Settlement:
    """How an order is paid, and the cash to give back (fen)."""

    tenders: tuple[TenderView, ...]
    change: int


def settle(due: int, tenders: Sequence[TenderView], *, wallet: int = 0, short: str = SHORT) -> Settlement:
    """Check that `tenders` pay exactly `due` fen. Raises Invalid with the words beside the field (`tenders.0.amount`).

    Nothing due needs no tender. Cash may come as more than its amount (`received`): the rest is change. `wallet` is what
    may be paid from stored value, `short` the words where that is not enough.
    """
    if due and not tenders:
        raise Invalid({"tenders": [N_("请选择收款方式")]})
    errors: dict[str, list[str]] = {}
    for place, tender in enumerate(tenders):
        trouble = _trouble(place, tender, tenders) or _not_in_wallet(tender, wallet, short)
        if trouble:
            errors[f"tenders.{place}.{trouble[0]}"] = [trouble[1]]
    total = sum(tender.amount for tender in tenders)
    if not errors and total != due:
        words = N_("收少了，几笔加起来要等于应收") if total < due else N_("收多了，几笔加起来要等于应收")
        errors[f"tenders.{len(tenders) - 1}.amount"] = [words]
    if errors:
        raise Invalid(errors)
    return Settlement(tuple(tenders), sum(max(0, (tender.received or 0) - tender.amount) for tender in tenders))


def _not_in_wallet(tender: TenderView, wallet: int, short: str) -> tuple[str, str] | None:
    return ("amount", short) if tender.kind == WALLET and tender.amount > wallet else None


def _trouble(place: int, tender: TenderView, tenders: Sequence[TenderView]) -> tuple[str, str] | None:
    if tender.kind not in KINDS:
        return "kind", N_("没有这种收款方式")
    if tender.amount <= 0:
        return "amount", N_("金额要大于 0")
    if tender.kind in (CASH, WALLET) and any(earlier.kind == tender.kind for earlier in tenders[:place]):
        return "kind", N_("现金请合成一笔") if tender.kind == CASH else N_("储值请合成一笔")
    if tender.received is not None and tender.kind != CASH:
        return "received", N_("只有现金可以填实收")
    if tender.received is not None and tender.received < tender.amount:
        return "received", N_("实收不能少于这笔现金")
    return None
