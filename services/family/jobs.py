"""What time does to families; safe to run twice, anywhere."""

from zoneinfo import ZoneInfo

from services.family.commands.asking import ask_about_birth
from services.family.queries.families import list_to_ask
from services.shared import clock
from services.shared.database import transaction
from services.shared.days import local_day
from services.stores.queries import load_settings

AT_A_TIME = 50
DAYTIME = range(9, 21)  # hours of the shop in which people are written to


def ask_about_births() -> None:
    """Ask once whether the child is there, the day after the due date, in the daytime."""
    at = clock.now()
    more = True
    while more:
        with transaction() as session:
            zone = load_settings(session).zone
            if at.astimezone(ZoneInfo(zone)).hour not in DAYTIME:
                return
            found = list_to_ask(session, local_day(at, zone), limit=AT_A_TIME)
            for pregnancy in found:
                ask_about_birth(session, pregnancy, at=at)
            more = len(found) == AT_A_TIME
