"""What time does to points and levels: pending ones count, old ones expire, levels are reviewed. Each is safe to run twice, anywhere.

Moments are stored in UTC but mean days of the shop, so the jobs run often and ask what is due, rather than once at an hour of some zone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.loyalty.books import GROWTH
from services.loyalty.commands.growth import leave_removed, review_tier, rise
from services.loyalty.commands.pending import release_points
from services.loyalty.commands.points import expire_points
from services.loyalty.notices import warn_of_end
from services.loyalty.queries.ladder import find_risers, list_living, list_on_removed, list_reviews_due
from services.loyalty.queries.points import list_due, list_ends, list_expired, list_expiring
from services.shared import clock, ledger
from services.shared.database import reading, transaction
from services.shared.days import local_day
from services.stores.queries import load_settings

AT_A_TIME = 50  # members in one transaction: some ten milliseconds of lock
PAGE = 500
WARNINGS = (30, 7)  # days before points expire (domain.md, *Points*)
DAYTIME = range(9, 21)  # hours of the shop in which people are written to


def keep_points() -> None:
    """Let pending points count whose window has passed, and write off what has reached its end."""
    at = clock.now()
    _each(
        lambda session, after: list_due(session, at=at, after=after, limit=AT_A_TIME),
        lambda session, order_id: release_points(session, order_id, at=at),
        together=1,  # orders come in no order of members: two accounts at a time would be locked crosswise
    )
    _each(
        lambda session, after: list_expired(session, at=at, after=after, limit=AT_A_TIME),
        lambda session, member_id: expire_points(session, member_id, at=at),
    )


def warn_of_expiry() -> None:
    """Tell members 30 and 7 days before points of theirs expire, in the daytime, once each; a late worker catches up."""
    at = clock.now()
    with reading() as session:
        zone = load_settings(session).zone
        ends = list_ends(session, at, at + timedelta(days=max(WARNINGS))) if is_daytime(at, zone) else []
    for end in sorted(ends):
        days = min(each for each in WARNINGS if end <= at + timedelta(days=each))
        after = 0
        while True:
            with transaction() as session:
                found = list_expiring(session, end, after=after, limit=AT_A_TIME)
                for member_id, points in found:
                    warn_of_end(session, member_id, points, end, days, at=at)
            if len(found) < AT_A_TIME:
                break
            after = found[-1][0]


def review_tiers() -> None:
    """The yearly reviews that are due today in the shop."""
    at = clock.now()
    with reading() as session:
        settings = load_settings(session)
    today, grace = local_day(at, settings.zone), settings["tiers.grace_days"]
    _each(
        lambda session, after: list_reviews_due(session, today, grace, after=after, limit=AT_A_TIME),
        lambda session, member_id: review_tier(session, member_id, at=at),
    )


def settle_ladder() -> None:
    """After the ladder was changed: leave levels that were removed, rise to those that are reached now."""
    at = clock.now()
    _each(
        lambda session, after: list_on_removed(session, after=after, limit=AT_A_TIME),
        lambda session, member_id: leave_removed(session, member_id, at=at),
    )
    after = 0
    while True:
        with reading() as session:
            living = list_living(session, after=after, limit=PAGE)
            risers = find_risers(session, living, load_settings(session), at=at)
        for start in range(0, len(risers), AT_A_TIME):
            with transaction() as session:
                for member_id in risers[start : start + AT_A_TIME]:
                    ledger.hold(session, GROWTH, member_id)
                    rise(session, member_id, at=at)
        if len(living) < PAGE:
            break
        after = living[-1]


def is_daytime(at: datetime, zone: str) -> bool:
    """Whether people may be written to: nobody is woken for points."""
    return at.astimezone(ZoneInfo(zone)).hour in DAYTIME


def _each(
    find: Callable[[Session, int], Sequence[int]], do: Callable[[Session, int], object], *, together: int = AT_A_TIME
) -> None:
    """Do something to each of what is found, in the order of ids, so many in one transaction."""
    after = 0
    while True:
        with reading() as session:
            found = find(session, after)
        for start in range(0, len(found), together):
            with transaction() as session:
                for each in found[start : start + together]:
                    do(session, each)
        if len(found) < AT_A_TIME:
            break
        after = found[-1]
