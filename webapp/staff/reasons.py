"""What staff should know or say when somebody stands at the counter: allergies first, then occasions; never more than three."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from services.family.queries import FamilyCard
from services.family.rules.gestation import EARLY, LATE, MID, STAGES
from services.members.queries import DORMANT, MemberCard
from services.members.rules import birthdays
from services.segments.queries import find_favourite
from services.shared import clock, days
from services.shared.days import monday
from webapp.web import edge, i18n, shop
from webapp.web.families import family_of, occurrence_words

MOST = 3
SOON = 7  # days ahead that a birthday is worth a word
ALLERGY = ("过敏", "忌口", "不能吃", "不吃", "allerg")


@dataclass(frozen=True)
class Reason:
    """One reason to care: its words, the colour of its meaning, an icon."""

    text: str
    tone: str
    icon: str


def today(card: MemberCard) -> list[Reason]:
    """The reasons for this member as of now."""
    settings = shop.settings()
    day = days.local_day(clock.now(), settings.zone)
    liked = find_favourite(edge.read(), card.id)
    return to_care(card, family_of(card.id, "whole"), day, liked=liked, late_leap_day=settings.late_leap_day)


def to_care(
    card: MemberCard, family: FamilyCard, today: date, *, liked: str | None = None, late_leap_day: bool = False
) -> list[Reason]:
    """The reasons for this member on this day. `family` is known whole here; what is said of it tells no name and no day."""
    found = [
        _allergies(family), _note(card.note), _birthday(card, today, late_leap_day=late_leap_day), _milestone(family, today),
        _stage(family), _visit(card, today), _liked(liked),
    ]  # fmt: skip
    return [reason for reason in found if reason][:MOST]


def _allergies(family: FamilyCard) -> Reason | None:
    told = dict.fromkeys(child.allergies for child in family.children if child.allergies)
    return Reason(str(_("孩子过敏：%(what)s", what=_("、").join(told))), "error", "nut-off") if told else None


def _milestone(family: FamilyCard, today: date) -> Reason | None:
    """What comes this calendar week or the next, never its day: from that the birth could be counted back (domain.md: masked)."""
    if family.coming is None or monday(family.coming[1].day) - monday(today) > timedelta(weeks=1):
        return None
    return Reason(str(_("宝宝%(what)s就在这一两周", what=occurrence_words(family.coming[1]))), "honey", "baby")


def _stage(family: FamilyCard) -> Reason | None:
    expecting = family.expecting
    if expecting is None or expecting.stage not in {EARLY, MID, LATE}:
        return None
    return Reason(str(_(STAGES[expecting.stage])), "honey", "heart-handshake")


def _note(note: str) -> Reason | None:
    if not note:
        return None
    if any(word in note.lower() for word in ALLERGY):
        return Reason(note, "error", "nut-off")
    return Reason(note, "honey", "file-text")


def _birthday(card: MemberCard, today: date, *, late_leap_day: bool) -> Reason | None:
    """A birthday within a week, in the calendar it was told in."""
    if card.birthday is None:
        return None
    day = birthdays.nearest(card.birthday, today, late_leap_day=late_leap_day)
    ahead = (day - today).days
    return Reason(_birthday_words(ahead, day), "honey", "cake") if 0 <= ahead <= SOON else None


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


def _liked(product: str | None) -> Reason | None:
    """What they have had most often: to be offered, or to be asked after."""
    return Reason(str(_("最爱%(product)s", product=product)), "", "heart") if product else None


_WEEKDAYS = (
    lambda: _("周一"), lambda: _("周二"), lambda: _("周三"), lambda: _("周四"), lambda: _("周五"), lambda: _("周六"), lambda: _("周日"),
)  # fmt: skip
