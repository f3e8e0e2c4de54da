"""Calendar files read back by others: a strict reader of lines, `ical`, and dateutil's zones."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from dateutil.tz import tzical
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

CONTENT_LINE = re.compile(
    r'(?P<name>[A-Z0-9-]+)(?P<params>(;[A-Z0-9-]+=("[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*)'
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)


def content_lines(body: bytes) -> list[tuple[str, str, str]]:
    """Every content line as (name, parameters, value). Asserts RFC 5545 section 3.1."""
    assert body.endswith(b"\r\n")
    physical = body[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in physical), "a line is longer than 75 octets"
    assert not any(b"\r" in line or b"\n" in line for line in physical), "a bare CR or LF"
    [line.decode() for line in physical]  # no character is cut in two
    found = []
    for line in body[:-2].decode().replace("\r\n ", "").split("\r\n"):
        match = CONTENT_LINE.fullmatch(line)
        assert match is not None, f"not a content line: {line!r}"
        found.append((match["name"], match["params"], match["value"]))
    return found


def events_of(body: bytes) -> list[dict[str, str]]:
    """Each VEVENT as {name and parameters: value}. Asserts that its names stand once."""
    events: list[dict[str, str]] = []
    inside = False
    for name, params, value in content_lines(body):
        if (name, value) == ("BEGIN", "VEVENT"):
            inside = True
            events.append({})
        elif (name, value) == ("END", "VEVENT"):
            inside = False
        elif inside:
            assert name + params not in events[-1], f"{name} twice"
            events[-1][name + params] = value
    return events


def read_with_ical(body: bytes) -> Calendar:
    """The file as the library `ical` understands it; it raises where the file breaks the RFC."""
    return IcsCalendarStream.calendar_from_ics(body.decode())


def zones_of(body: bytes) -> dict[str, Any]:
    """Each VTIMEZONE as dateutil understands it, by TZID."""
    calendar = tzical(StringIO(body.decode().replace("\r\n", "\n")))
    return {name: calendar.get(name) for name in calendar.keys()}  # noqa: SIM118
