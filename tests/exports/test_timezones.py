"""A zone spelled out holds what the zone itself says, read by somebody else's reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.exports.ics import content_lines, zones_of
from wandr.exports.timezones import timezone_component
from wandr.http.fields import ZONES

CURIOUS = [
    "Europe/Paris", "Europe/Dublin", "America/New_York", "America/St_Johns", "America/Sao_Paulo",
    "Australia/Lord_Howe", "Australia/Sydney", "Asia/Kathmandu", "Asia/Tokyo", "Africa/Casablanca",
    "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll", "Etc/GMT-14", "GB", "EST5EDT",
]  # fmt: skip


def spelled_out(zone: str, *years: int) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//test")
    calendar.add("version", "2.0")
    calendar.add_component(timezone_component(zone, years))
    return calendar.to_ical()


@pytest.mark.parametrize("zone", CURIOUS)
@pytest.mark.parametrize("year", [1999, 2011, 2027, 2150])
def test_every_hour_of_a_year_has_the_offset_of_the_zone(zone, year):
    read = zones_of(spelled_out(zone, year))[zone]
    instant, wrong = datetime(year, 1, 1, 14, 30, tzinfo=UTC), []
    while instant.year == year and instant < datetime(year, 12, 31, 9, tzinfo=UTC):
        local = instant.astimezone(ZoneInfo(zone))
        if not local.fold and read.utcoffset(local.replace(tzinfo=None)) != local.utcoffset():
            wrong.append(local)
        instant += timedelta(hours=1)
    assert wrong == []


def test_every_zone_can_be_spelled_out():
    for zone in ZONES:
        lines = content_lines(spelled_out(zone, 2027))
        assert {"STANDARD", "DAYLIGHT"} & {value for name, _, value in lines if name == "BEGIN"}


def test_offsets_with_seconds_are_kept():
    lines = content_lines(spelled_out("Europe/Amsterdam", 1905))
    assert [value for name, _, value in lines if name == "TZOFFSETTO"]


def test_the_onset_of_summer_time_is_told_in_the_clocks_before_it():
    lines = content_lines(spelled_out("Europe/Paris", 2027))
    starts = [value for name, _, value in lines if name == "DTSTART"]
    assert starts == ["20270101T000000", "20270328T020000", "20271031T030000"]
