"""What staff should know or say when somebody stands at the counter: allergies first, then occasions; never more than three."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from services.members.queries import DORMANT, MemberCard
from webapp.web import i18n

MOST = 3
SOON = 7  # days ahead that a birthday is worth a word
ALLERGY = ("过敏", "忌口", "不能吃", "不吃", "allerg")


@dataclass(frozen=True)
class Reason:
    """One reason to care: its words, the colour of its meaning, an icon."""

    text: str
    tone: str
    icon: str


def to_care(card: MemberCard, today: date) -> list[Reason]:
    """The reasons for this member on this day."""
    found = [_note(card.note), _birthday(card, today), _visit(card, today)]
    return [reason for reason in found if reason][:MOST]


def _note(note: str) -> Reason | None:
    if not note:
        return None
    if any(word in note.lower() for word in ALLERGY):
        return Reason(note, "error", "nut-off")
    return Reason(note, "honey", "file-text")


def _birthday(card: MemberCard, today: date) -> Reason | None:
    """A solar birthday within a week; the 29th of February is the 28th in common years (domain.md)."""
    told = card.birthday
    if told is None or told.calendar != "solar":
        return None
    for ahead in range(SOON + 1):
        day = today + timedelta(days=ahead)
        if (day.month, day.day) == (told.month, told.day) or (
            (told.month, told.day) == (2, 29) and (day.month, day.day) == (2, 28) and not _leap(day.year)
        ):
            return Reason(_birthday_words(ahead, day), "honey", "cake")
    return None


def _birthday_words(ahead: int, day: date) -> str:
    if ahead == 0:
        return str(_("今天生日"))
    if ahead == 1:
        return str(_("明天生日"))
    return str(_("%(day)s生日", day=_WEEKDAYS[day.weekday()]()))


def _visit(card: MemberCard, today: date) -> Reason | None:
    if card.last_order_at is None:
        return Reason(str(_("第一次来")), "honey", "sparkles")
    away = today - i18n.local(card.last_order_at).date()
    if away > DORMANT:
        return Reason(str(_("%(days)s 天没来了", days=away.days)), "honey", "clock")
    return None


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


_WEEKDAYS = (
    lambda: _("周一"), lambda: _("周二"), lambda: _("周三"), lambda: _("周四"), lambda: _("周五"), lambda: _("周六"), lambda: _("周日"),
)  # fmt: skip
