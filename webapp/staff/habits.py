"""消费习惯: how often and when a member comes, what they spend and like best, for their page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from services.segments.queries import Habits, get_habits
from webapp.web import edge
from webapp.web.loyalty_words import WEEKDAYS

ENOUGH = 3  # visits, before days and hours say anything


def habits_of(member_id: int) -> dict[str, Any]:
    """What `staff/members/_habits.html` shows."""
    habits = get_habits(edge.read(), member_id)
    return {"habits": habits, "comes": coming_words(habits)}


def coming_words(habits: Habits) -> str:
    """约 12 天来一次，多在周六、15 点左右; nothing before there is a rhythm."""
    parts = []
    if habits.rhythm:
        parts.append(ngettext("约 %(num)s 天来一次", "约 %(num)s 天来一次", habits.rhythm))
    if habits.visits >= ENOUGH and habits.weekday is not None:
        day = _(WEEKDAYS[habits.weekday])
        parts.append(_("多在%(day)s、%(hour)s 点左右", day=day, hour=habits.hour))
    return str(_("，")).join(str(each) for each in parts)
