"""What a profile says once two cards are one: field by field the one that stays, gaps filled from the other (domain.md, *Merging*)."""

from collections.abc import Mapping
from typing import Any

from services.shared.words import N_

WINNER, LOSER = "winner", "loser"
# A field as people see it, and the columns it stands in; the first tells whether there is anything.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone", "phone_verified_at"),
    "name": ("name",),
    "gender": ("gender",),
    "birthday": (
        "birthday_month", "birthday_day", "birthday_calendar", "birthday_year", "birthday_leap", "birthday_changed_at",
    ),
    "wechat_id": ("wechat_id",),
    "note": ("note",),
    "language": ("language",),
}  # fmt: skip
LABELS = {
    "phone": N_("手机号"), "name": N_("称呼"), "gender": N_("性别"), "birthday": N_("生日"), "wechat_id": N_("微信号"),
    "note": N_("备注"), "language": N_("语言"),
}  # fmt: skip
_NOTHING = (None, "", "unknown")


def columns_of(member: Any) -> dict[str, Any]:
    """What a card says, by column."""
    return {name: getattr(member, name) for columns in COLUMNS.values() for name in columns}


def told(card: Mapping[str, Any], field: str) -> bool:
    """Whether a card says anything here."""
    return card[COLUMNS[field][0]] not in _NOTHING


def differ(winner: Mapping[str, Any], loser: Mapping[str, Any], field: str) -> bool:
    """Whether both say something, and not the same."""
    same = all(winner[name] == loser[name] for name in COLUMNS[field] if not name.endswith("_at"))
    return told(winner, field) and told(loser, field) and not same


def whose(winner: Mapping[str, Any], loser: Mapping[str, Any], field: str) -> str:
    """Whose value stands unless somebody chooses: the winner's, where they say something. Empty where the other's phone is proven: which of
    two opens the card, somebody has to choose."""
    if not told(winner, field):
        return LOSER if told(loser, field) else WINNER
    if field == "phone" and differ(winner, loser, field) and loser["phone_verified_at"]:
        return ""
    return WINNER
