"""When a place is open on a date. What is not known stays unknown: None, never "open"."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import opening_hours
from opening_hours import OpeningHours, State

# The package's stub leaves its exceptions out.
ParserError: type[Exception] = opening_hours.ParserError  # type: ignore[attr-defined]
UnknownCountryError: type[Exception] = opening_hours.UnknownCountryError  # type: ignore[attr-defined]

MIDNIGHT: Final = 24 * 60

Degrees = tuple[float, float]  # latitude and longitude
Window = tuple[int, int]
"""From and to, in minutes after the local midnight of a day."""


class SunUp(NamedTuple):
    """When the sun rises, and when it sets: maybe after the next midnight, at more than 24 hours,
    or not on the following day either, None."""

    rises: int
    sets: int | None


class Opens(Protocol):
    """What has hours, in the zone and by the holidays of where it is."""

    @property
    def hours(self) -> str | None: ...
    @property
    def country_code(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def point(self) -> Degrees: ...


def open_windows(place: Opens, day: date) -> tuple[Window, ...] | None:
    """When the place is open on that local date; empty when closed, None when that is unknown."""
    if not place.hours:
        return None
    return _evaluate(place.hours, day, place.country_code, (place.timezone, place.point))


def sun_up(place: Opens, day: date) -> SunUp | None:
    """From sunrise to sunset at the place, in minutes after midnight; None on days on which the sun
    does not rise, be it always or never up."""
    return _sun_up(day, place.timezone, place.point)


def daylight(place: Opens, day: date) -> Window:
    """From sunrise to sunset; in a polar night the whole day: nobody there waits for the sun."""
    sun = sun_up(place, day)
    if sun is None:
        return 0, MIDNIGHT
    return sun.rises, MIDNIGHT if sun.sets is None else sun.sets


def knows_holidays(country_code: str) -> bool:
    """Whether the calendar with which hours are read knows the country's holidays (their `PH`)."""
    return _calendar_country(country_code) is not None


@lru_cache(maxsize=8192)
def _evaluate(
    expression: str, day: date, country_code: str, where: tuple[str, Degrees]
) -> tuple[Window, ...] | None:
    zone, coordinates = where
    try:
        hours = OpeningHours(
            expression,
            timezone=ZoneInfo(zone),
            country=_calendar_country(country_code),
            coords=coordinates,
            auto_country=False,
        )
    except ParserError:
        return None
    return _windows_of(hours, day)


@lru_cache(maxsize=8192)
def _sun_up(day: date, zone: str, coordinates: Degrees) -> SunUp | None:
    sun = OpeningHours(
        "sunrise-sunset", timezone=ZoneInfo(zone), coords=coordinates, auto_country=False
    )
    midnight = datetime.combine(day, time())
    for start, end, state, _comment in sun.intervals(midnight, midnight + timedelta(days=2)):
        if state == State.OPEN and start.date() == day and start.time() > time():
            later = (end.date() - day).days
            sets = None if later > 1 else later * MIDNIGHT + _minute(end, end.date())
            return SunUp(_minute(start, day), sets)
    return None


def _windows_of(hours: OpeningHours, day: date) -> tuple[Window, ...] | None:
    midnight = datetime.combine(day, time())  # without a zone it is read in the place's own
    windows, unknown = [], False
    for start, end, state, _comment in hours.intervals(midnight, midnight + timedelta(days=1)):
        unknown = unknown or state == State.UNKNOWN
        if state == State.OPEN:
            windows.append((_minute(start, day), _minute(end, day)))
    return None if unknown and not windows else tuple(windows)


def _minute(moment: datetime, day: date) -> int:
    if moment.date() > day:
        return MIDNIGHT
    return moment.hour * 60 + moment.minute


@lru_cache(maxsize=512)
def _calendar_country(country_code: str) -> str | None:
    try:
        OpeningHours("PH off", country=country_code)
    except UnknownCountryError:
        return None
    return country_code
