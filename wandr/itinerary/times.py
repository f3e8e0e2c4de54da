"""When an activity is: local days and times in IANA zones, compared as instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo


def starts_at(activity: Any) -> datetime | None:
    """The instant of the start in UTC; None without a day, a time or a zone."""
    return _instant(activity.day, activity.start_time, activity.timezone)


def ends_at(activity: Any) -> datetime | None:
    """The instant of the end in UTC; None when it is not known."""
    zone = activity.end_timezone or activity.timezone
    return _instant(activity.end_day or activity.day, activity.end_time, zone)


def is_backwards(activity: Any) -> bool:
    """Whether it ends before it starts: in UTC where zones are known, on the clock where not.

    Without a day nobody can tell: it may be a night train that new trip dates have unscheduled.
    """
    start, end = starts_at(activity), ends_at(activity)
    if start is not None and end is not None:
        return end < start
    if activity.day is None or activity.start_time is None or activity.end_time is None:
        return False
    same_day = activity.end_day in (None, activity.day)
    return bool(same_day and activity.end_time < activity.start_time)


def _instant(day: date | None, clock: time | None, zone: str | None) -> datetime | None:
    if day is None or clock is None or zone is None:
        return None
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
