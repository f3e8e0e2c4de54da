"""When an activity is: local days and times in IANA zones.

What begins and ends in one zone is compared as its clocks show it, a journey from one zone to
another as instants. A local time that comes twice, or that the clocks skip, has two readings; a
journey is only refused when it ends before it starts in each of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from wandr.zones import known_zone

ONE_DAY = timedelta(days=1)
MOST_DAYS_LATER = 2  # a night's journey, over the date line besides
# What decides when an activity is; locations may bring zones.
FIELDS = frozenset(
    {"day", "start_time", "timezone", "location_id"}
    | {"end_day", "end_time", "end_timezone", "end_location_id"}
)


def crosses_zones(activity: Any) -> bool:
    """Whether it starts in one zone and ends in another, and both are known."""
    start, end = known_zone(activity.timezone), known_zone(activity.end_timezone)
    return start is not None and end not in (None, start)


def ends_too_early(activity: Any) -> bool:
    """Whether its last day cannot be: before the first, but for a journey over the date line.

    Such a journey lands at most one day earlier by the calendar, and both of its times are known:
    without them, nobody could tell.
    """
    if activity.end_day is None:
        return False
    if activity.day is None or activity.end_day < activity.day - ONE_DAY:
        return True
    timed = activity.start_time is not None and activity.end_time is not None
    return activity.end_day < activity.day and not (timed and crosses_zones(activity))


def is_backwards(activity: Any) -> bool:
    """Whether it ends before it starts.

    Without a day nobody can tell: it may be a night train that new trip dates have unscheduled.
    """
    if activity.day is None or activity.start_time is None or activity.end_time is None:
        return False
    last = activity.end_day or activity.day
    if crosses_zones(activity):
        starts = readings(activity.day, activity.start_time, activity.timezone)
        return readings(last, activity.end_time, activity.end_timezone)[-1] < starts[0]
    return bool((last, activity.end_time) < (activity.day, activity.start_time))


def last_day_on(activity: Any, day: date) -> date | None:
    """The last day of an activity that had no day and gets one: None when it is that very day.

    A night train that was unscheduled has kept its times; they say that it ends the next day.
    """
    stored = {name: getattr(activity, name) for name in FIELDS}
    for later in range(MOST_DAYS_LATER + 1):
        last = day + later * ONE_DAY
        if not is_backwards(SimpleNamespace(**stored | {"day": day, "end_day": last})):
            return last if later else None
    return None


def readings(day: date, clock: time, zone: str) -> list[datetime]:
    """The instants, in UTC and in order, that a local time may mean: one, nearly always.

    Two when the clocks show it twice or skip it: by the offset before the change and after it.
    """
    local = datetime.combine(day, clock, ZoneInfo(zone))
    return sorted({local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)})
