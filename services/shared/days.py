"""Days of the shop: which day a moment falls into, and when days and months begin. Pure: the zone is a parameter (IANA name)."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` in the shop's `zone` (IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First moment of `day` and of the day after, in UTC."""
    shop = ZoneInfo(zone)
    start = datetime.combine(day, time.min, shop)
    end = datetime.combine(day + timedelta(days=1), time.min, shop)
    return start.astimezone(UTC), end.astimezone(UTC)


def end_of_month(moment: datetime, months: int, zone: str) -> datetime:
    """The end of the `months`-th month after the one that `moment` falls into in `zone`, in UTC."""
    day = local_day(moment, zone)
    over = day.year * 12 + day.month + months  # the month after that, counted from year 0
    return day_bounds(date(over // 12, over % 12 + 1, 1), zone)[0]


def months_before(moment: datetime, months: int, zone: str) -> datetime:
    """The beginning, in UTC, of the day of `zone` that lies so many calendar months before `moment` (after it, if negative); the last of
    a month where that month has no such day."""
    day = local_day(moment, zone)
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return day_bounds(date(year, month, min(day.day, monthrange(year, month)[1])), zone)[0]


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
