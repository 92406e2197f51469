"""What codes by SMS cost is told to whoever may change the budget."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.messaging import commands as messaging
from services.messaging import texts
from services.sms.events import SmsBudgetReached
from services.stores.permissions import SETTINGS_CHANGE
from services.stores.queries import load_settings


def tell_of_budget(session: Session, event: SmsBudgetReached) -> None:
    """Say that 80 % or all of a budget is used, on the devices that receive notifications."""
    settings, at = load_settings(session), datetime.fromisoformat(event.at)
    for person in identity.list_people_who_may(session, SETTINGS_CHANGE):
        language = person.language or str(settings["shop.language"])
        text = texts.sms_budget(
            language,
            shop=str(settings["shop.name"]),
            percent=event.percent,
            count=event.count,
            most=event.most,
            monthly=len(event.period) == len("2026-11"),
        )
        tag = f"sms:{event.period}:{event.percent}"
        messaging.tell_staff(session, person.id, text, path="/staff/settings/sms", tag=tag, language=language, at=at)
