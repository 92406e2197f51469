"""A member's timeline in words: what happened, with its sign, its figures and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from services.interactions.rules import KINDS
from services.orders.permissions import ORDERS_READ
from services.shared.words import N_
from services.stores import queries as stores
from services.timeline.queries import list_happenings
from services.timeline.rules import SOURCES, Happening, read_place
from webapp.web import consent_words, edge, i18n
from webapp.web.member_words import source_words
from webapp.web.template_words import flat_money

PAGE = 30
# What a reader chooses among, and the sources it stands for.
FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "interactions": (N_("互动"), ("interactions",)),
    "orders": (N_("消费"), ("orders", "refunds")),
    "wallet": (N_("储值"), ("wallet",)),
    "points": (N_("积分"), ("points",)),
    "coupons": (N_("券"), ("coupons",)),
    "messages": (N_("消息"), ("messages",)),
    "card": (N_("资料"), ("consents", "withdrawals", "joined")),
}
_INTERACTIONS = {
    "call": "phone", "visit": "store", "consultation": "message-square", "service": "heart", "note": "file-text",
}  # fmt: skip
_ICONS = {
    "orders": "receipt-text", "refunds": "undo-2", "wallet": "wallet", "points": "coins", "coupons": "ticket", "messages": "mail",
    "consents": "shield-check", "withdrawals": "shield-check", "joined": "user-plus",
}  # fmt: skip
_WALLET = {"top_up": N_("充值"), "payout": N_("储值退款"), "adjust": N_("手动调整"), "opening": N_("储值：旧系统带过来的"),
           "opening_undone": N_("储值：导入撤销")}  # fmt: skip
_POINTS = {"adjust": N_("店里调整积分"), "expire": N_("积分到期"), "top_up": N_("充值送的积分"),
           "form": N_("填表单送的积分"), "opening": N_("积分：旧系统带过来的"),
           "opening_undone": N_("积分：导入撤销")}  # fmt: skip
_COUPONS = {
    "issue": N_("得到券"), "redeem": N_("用了券"), "undo": N_("撤销用券"), "transfer": N_("转送了券"), "revoke": N_("收回券"),
    "expire": N_("券过期"), "give_back": N_("券退回"),
}  # fmt: skip


@dataclass(frozen=True)
class ToldHappening:
    """A happening as a row shows it. `figure`: +¥300.00, −20 分."""

    id: int
    source: str
    icon: str
    title: str
    text: str
    figure: str
    when: str
    href: str
    happening: Happening


def timeline_of(member_id: int, *, show: str = "", before: str = "", limit: int = PAGE) -> dict[str, Any]:
    """A page of the timeline as templates show it, and the cursor of the next."""
    session, actor = edge.read(), edge.actor()
    sources = FILTERS[show][1] if show in FILTERS else SOURCES
    found = list_happenings(
        session, member_id, actor=actor, sources=sources, before=read_place(before), limit=limit + 1
    )
    names = {store.id: store.name for store in stores.list_stores(session, actor=actor)}
    told = [tell(each, names, orders=actor.may(ORDERS_READ)) for each in found[:limit]]
    return {"happenings": told, "cursor": found[limit - 1].place.text() if len(found) > limit else ""}


def tell(each: Happening, stores: Mapping[int, str], *, orders: bool) -> ToldHappening:
    """The happening in the reader's words. `orders`: the reader may open orders."""
    icon = _INTERACTIONS[each.kind] if each.source == "interactions" else _ICONS[each.source]
    place = stores.get(each.store_id or 0, "")
    text = " · ".join(part for part in (_text(each), each.done_by, place) if part)
    href = url_for("staff.order", order_id=each.order_id) if each.order_id and orders else ""
    return ToldHappening(
        each.id, each.source, icon, _title(each), text, _figure(each), i18n.moment_words(each.at), href, each
    )


def _title(each: Happening) -> str:
    named = {"wallet": _WALLET, "points": _POINTS, "coupons": _COUPONS, "interactions": KINDS}.get(each.source)
    if named is not None:
        return str(_(named[each.kind])) if each.kind in named else each.kind
    if each.source == "orders":
        return str(_("消费"))
    if each.source == "refunds":
        return str(_("退款"))
    if each.source == "messages":
        return each.words
    if each.source == "joined":
        return str(_("开卡"))
    said = consent_words.purpose(each.words)
    return str(_("同意：%(what)s", what=said) if each.source == "consents" else _("撤回：%(what)s", what=said))


def _text(each: Happening) -> str:
    if each.source == "messages":
        return str(_("发了消息，看过了") if each.read_at else _("发了消息，还没看"))
    if each.source == "joined":
        return source_words(each.words)
    return "" if each.source in {"consents", "withdrawals"} else each.words


def _figure(each: Happening) -> str:
    if each.money is not None and (each.money or each.source == "orders"):
        plus = "+" if each.money > 0 and each.source == "wallet" else ""
        return plus + flat_money(each.money)
    if each.points is not None and each.source == "points":
        signed = f"{each.points:+d}".replace("-", "−")
        return str(ngettext("%(points)s 分", "%(points)s 分", abs(each.points), points=signed))
    return ""
