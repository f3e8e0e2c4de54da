"""Time zones as calendars want them: spelled out, each with the offsets of the years in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

WEEK = timedelta(days=7)  # no zone has ever changed its clocks twice in one
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Onset:
    """From when on a zone keeps an offset; `at` is what its clocks showed until then."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


def timezone_component(tzid: str, years: Iterable[int]) -> Timezone:
    """The VTIMEZONE of a zone, right in these years (RFC 5545 section 3.6.5).

    `Timezone.from_tzid` of icalendar 7.3 is not used: it tells the onset of summer time in the
    clocks that begin with it, so that readers are wrong by an hour for an hour.
    """
    component = Timezone()
    component.add("tzid", tzid)
    for year in sorted(set(years)):
        for onset in _onsets(tzid, year):
            component.add_component(_observance(onset))
    return component


def _observance(onset: Onset) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if onset.is_daylight else TimezoneStandard()
    part.add("dtstart", onset.at)
    part.add("tzoffsetfrom", onset.before)
    part.add("tzoffsetto", onset.after)
    part.add("tzname", onset.name)
    return part


@lru_cache(maxsize=2048)
def _onsets(tzid: str, year: int) -> tuple[Onset, ...]:
    """What holds when a year begins, and each change of the clocks until it ends."""
    zone = ZoneInfo(tzid)
    start = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    end = datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    found = [_onset(zone, start, _offset(zone, start))]
    while start < end:
        following = min(start + WEEK, end)
        before = _offset(zone, start)
        if _offset(zone, following) != before:
            found.append(_onset(zone, _first_after(zone, start, following), before))
        start = following
    return tuple(found)


def _first_after(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second with the offset of `high`, which is not that of `low`."""
    before = _offset(zone, low)
    while high - low > SECOND:
        middle = low + ((high - low) // 2 // SECOND) * SECOND
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _onset(zone: ZoneInfo, instant: datetime, before: timedelta) -> Onset:
    local = instant.astimezone(zone)
    return Onset(
        at=(instant + before).replace(tzinfo=None),
        before=before,
        after=_offset(zone, instant),
        name=local.tzname() or "local",
        is_daylight=bool(local.dst()),
    )


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
