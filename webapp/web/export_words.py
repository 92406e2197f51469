"""What an export is called, what stands in its head, and its choices in words: told once, when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from services.coupons.queries import get_template
from services.exports.queries.lists import LISTS, Listing
from services.exports.rules import Column
from services.members.queries import get_member
from services.members.schemas import GENDER_WORDS, SOURCE_WORDS
from services.segments.queries import get_segment, get_tag
from services.shared.actors import SYSTEM
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.stores.queries import list_stores
from webapp.web import coupon_words, edge, i18n, points_words, wallet_words

CALENDARS = {"solar": N_("公历"), "lunar": N_("农历"), "lunar_leap": N_("农历闰月")}
MEMBER_STATES = {"living": N_("在用"), "archived": N_("已停用")}
ORDER_STATES = {"paid": N_("已付"), "part_refunded": N_("部分退款"), "refunded": N_("已全退")}
WALLET_KINDS = {"top_up": N_("充值"), **wallet_words.ENTRIES}
TILL_STATES = {"open": N_("开着"), "closed": N_("交过班")}
YES_NO = {"1": N_("是"), "0": N_("否")}
CHOICES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("members", "gender"): GENDER_WORDS,
    ("members", "calendar"): CALENDARS,
    ("members", "source"): SOURCE_WORDS,
    ("members", "state"): MEMBER_STATES,
    ("orders", "state"): ORDER_STATES,
    ("wallet", "kind"): WALLET_KINDS,
    ("points", "kind"): points_words.KINDS,
    ("coupons", "state"): coupon_words.STATES,
    ("coupons", "source"): coupon_words.SOURCES,
    ("tills", "state"): TILL_STATES,
}
# Filters of the screens in words.
FILTERED: Mapping[str, Mapping[str, str]] = {
    "members.state": {
        "new": N_("本月新会员"), "unseen": N_("还没来过"), "dormant": N_("90 天没来"), "lost": N_("号码已换人"), "archived": N_("已停用"),
    },
    "coupons.state": {"usable": N_("可使用"), "used": N_("已使用"), "over": N_("已过期")},
    "tills.state": {"open": N_("开着"), "closed": N_("交过班"), "different": N_("有差额")},
    "wallet.way": {"in": N_("存入"), "out": N_("用掉")},
}  # fmt: skip
STATES = {"waiting": N_("等着做"), "working": N_("正在做"), "ready": N_("做好了"), "failed": N_("没做成，请重新导出")}


def title(name: str) -> str:
    """What a list is called."""
    return str(_(LISTS[name].title)) if name in LISTS else name


def label(column: Column) -> str:
    """What a column is called in the reader's language."""
    if not column.own:
        return str(_(column.label))
    return column.english if i18n.choose() == "en" else column.label


def in_both(tell: Any, thing: Any) -> dict[str, str]:
    """What `tell` says of a thing, in both languages."""
    told = {}
    for language in i18n.LANGUAGES:
        with force_locale(language):
            told[language] = tell(thing)
    return told


def label_in_both(column: Column) -> dict[str, str]:
    """What a column is called, in both languages."""
    if column.own:
        return {"zh": column.label, "en": column.english}
    return in_both(lambda each: str(_(each.label)), column)


def snapshot(listing: Listing, columns: Sequence[Column]) -> dict[str, Any]:
    """The title, heads and choices as the worker writes them, which knows no language."""
    return {
        "title": str(_(listing.title)),
        "heads": {column.key: label(column) for column in columns},
        "choices": {column.key: choices for column in columns if (choices := _choices(listing, column))},
    }


def _choices(listing: Listing, column: Column) -> dict[str, str]:
    if column.own and column.kind == "choice":
        language = i18n.choose() == "en"
        own = {key: words[language] for key, words in column.choices.items()} or {
            key: str(_(word)) for key, word in YES_NO.items()
        }
        return {"": str(_("、"))} | own
    return {key: str(_(words)) for key, words in CHOICES.get((listing.name, column.key), {}).items()}


def state(name: str) -> str:
    """How far one is."""
    return str(_(STATES[name]))


def about(name: str, filters: Mapping[str, Any]) -> list[str]:
    """What a list is narrowed to, in words; what it names and the reader may not see stays unsaid."""
    told = [_days(filters)]
    for key, value in filters.items():
        if value and key in _SAY:
            told.append(_SAY[key](value))
        elif value and f"{name}.{key}" in FILTERED:
            told.append(str(_(FILTERED[f"{name}.{key}"].get(str(value), str(value)))))
    return [each for each in told if each]


def _days(filters: Mapping[str, Any]) -> str:
    first, last = filters.get("first") or "", filters.get("last") or ""
    if first and first == last:
        return str(first)
    return f"{first} – {last}" if first or last else ""


def _store(value: Any) -> str:
    return next(
        (each.name for each in list_stores(edge.read(), actor=SYSTEM, archived=True) if str(each.id) == str(value)), ""
    )


def _named(get: Any) -> Any:
    def say(value: Any) -> str:
        try:
            found = get(int(value))
        except (Refusal, ValueError):
            return ""
        return str(getattr(found, "shown_name", None) or found.name)

    return say


_SAY: Mapping[str, Any] = {
    "store": _store,
    "segment": _named(lambda each: get_segment(edge.read(), each, actor=edge.actor())),
    "tag": _named(lambda each: get_tag(edge.read(), each, actor=edge.actor())),
    "template": _named(lambda each: get_template(edge.read(), each)),
    "member": _named(lambda each: get_member(edge.read(), each)),
    "source": lambda value: str(_(SOURCE_WORDS.get(str(value), str(value)))),
    "tender": lambda value: wallet_words.paid_by(str(value)) if value != "wallet" else str(_("储值")),
    "flagged": lambda _value: str(_("要看")),
    "q": lambda value: f"「{value}」",
}
