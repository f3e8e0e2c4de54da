"""A trip as an iCalendar file (RFC 5545), byte for byte the same for the same state of a trip.

Only scheduled content is in it, and the trip itself is no event: it would cover every day of the
calendar that it is read in. There is no METHOD: this is a file and not a scheduling message, and
PUBLISH would demand an ORGANIZER with an address (RFC 5546 section 3.2.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vGeo, vUri

from wandr.exports.plan import Plan
from wandr.exports.timezones import timezone_component
from wandr.exports.words import one_line, place_name, web_address, words_of
from wandr.itinerary.models import Activity
from wandr.zones import known_zone

PRODUCT = "-//Wandr//Trip calendar//EN"
STATUS_OF = {"idea": "TENTATIVE", "cancelled": "CANCELLED"}  # all others are CONFIRMED
ONE_DAY = timedelta(days=1)
Moment = date | datetime


class PlainGeo(vGeo):
    """Coordinates never written with an exponent, which no calendar reads."""

    def to_ical(self) -> str:
        return f"{self.latitude:.6f};{self.longitude:.6f}"


def calendar_of(plan: Plan) -> str:
    """The scheduled activities of a plan as a calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.calendar_name = one_line(plan.trip.title)
    if known_zone(plan.trip.timezone):
        calendar.add("x-wr-timezone", plan.trip.timezone)
    events = [event_of(one) for one in plan.activities if one.day is not None]
    for tzid, years in sorted(_years_by_zone(events).items()):
        calendar.add_component(timezone_component(tzid, years))
    for event in events:
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text


def event_of(activity: Activity) -> Event:
    """One event; its UID stays the same through every change, its SEQUENCE grows with each."""
    event = Event()
    event.add("uid", f"{activity.id}@wandr")
    event.add("sequence", activity.version)
    event.add("dtstamp", activity.updated_at.astimezone(UTC))
    event.add("created", activity.created_at.astimezone(UTC))
    event.add("last-modified", activity.updated_at.astimezone(UTC))
    event.add("summary", one_line(activity.title))
    event.add("status", STATUS_OF.get(activity.status, "CONFIRMED"))
    event.add("categories", [activity.kind])
    _add_times(event, activity)
    _add_place(event, activity.location or {})
    _add_words(event, activity)
    return event


def times_of(activity: Activity) -> tuple[Moment, Moment | None]:
    """Start and end as calendars mean them: dates for whole days (the end exclusive), local times
    in a zone, or floating ones without.

    A start without an end is an instant: RFC 5545 says so, and an invented length would block
    time that nobody planned. What ends on another day, nobody said when, ends with that day.
    """
    assert activity.day is not None  # only scheduled ones are asked about
    last = activity.end_day or activity.day
    if activity.start_time is None:
        return activity.day, last + ONE_DAY
    zone = known_zone(activity.timezone)
    start = _local(activity.day, activity.start_time, zone)
    end_zone = known_zone(activity.end_timezone, zone) if zone else None
    if activity.end_time is not None:
        end = _end_after(start, _local(last, activity.end_time, end_zone))
    elif last > activity.day:
        end = _local(last + ONE_DAY, time(), end_zone)
    else:
        return start, None
    return start, end if end > start else None  # an end must be later than its start


def _local(day: date, clock: time, zone: str | None) -> datetime:
    """A local time; one that the clocks skip is the instant that it means, told as they show it."""
    if zone is None:
        return datetime.combine(day, clock)  # noqa: DTZ001
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))


def _end_after(start: datetime, end: datetime) -> datetime:
    """An end that comes twice is the second one, if only that is later than the start of a journey.

    It is told in UTC: a local time means the first (RFC 5545 section 3.3.5).
    """
    if end.tzinfo is None or end > start:
        return end
    return max(end, end.replace(fold=1), key=datetime.timestamp).astimezone(UTC)


def _add_times(event: Event, activity: Activity) -> None:
    start, end = times_of(activity)
    event.add("dtstart", start)
    if end is not None:
        event.add("dtend", end)
    if not isinstance(start, datetime) or activity.status in STATUS_OF:
        event.add("transp", "TRANSPARENT")  # nobody is busy all day because of a hotel


def _add_place(event: Event, location: dict[str, Any]) -> None:
    name = place_name(location)
    if name:
        event.add("location", name)
    if location.get("latitude") is not None and location.get("longitude") is not None:
        event.add("geo", PlainGeo((location["latitude"], location["longitude"])))


def _add_words(event: Event, activity: Activity) -> None:
    if words := words_of(activity):
        event.add("description", words)
    if activity.url:
        event.add("url", vUri(web_address(activity.url)))


def _years_by_zone(events: Iterable[Event]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for event in events:
        for name in ("dtstart", "dtend"):
            moment = event.get(name)
            if moment is not None and "TZID" in moment.params:
                found.setdefault(moment.params["TZID"], set()).add(moment.dt.year)
    return found
