"""When the events of a calendar are: zones, floating times, whole days, clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.exports.ics import events_of, read_with_ical, zones_of

TOKYO, PARIS = "Asia/Tokyo", "Europe/Paris"


@pytest.fixture
def event_for(plan, export):
    """The one event of an activity, by its lines and as `ical` reads it."""

    def make(**fields):
        plan(**fields)
        (lines,), (event,) = events_of(export()), read_with_ical(export()).events
        return lines, event

    return make


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def test_a_time_in_a_zone(event_for):
    lines, event = event_for(day="2027-04-02", start_time="09:30", end_time="11:00", timezone=TOKYO)
    assert lines["DTSTART;TZID=Asia/Tokyo"] == "20270402T093000"
    assert lines["DTEND;TZID=Asia/Tokyo"] == "20270402T110000"
    assert (utc(event.start), utc(event.end)) == ("2027-04-02 00:30", "2027-04-02 02:00")


def test_a_time_without_a_zone_floats(organizer, path, event_for):
    organizer.patch(path, json={"timezone": None})
    lines, event = event_for(day="2027-04-02", start_time="09:30", end_time="11:00")
    assert lines["DTSTART"] == "20270402T093000"
    assert lines["DTEND"] == "20270402T110000"
    assert event.start.tzinfo is None


def test_readers_may_anchor_what_floats_in_the_zone_of_the_trip(event_for):
    lines, event = event_for(day="2027-04-02", start_time="09:30")
    assert lines["DTSTART"] == "20270402T093000"
    assert utc(event.start) == "2027-04-02 00:30"


def test_a_time_in_utc(event_for):
    lines, event = event_for(day="2027-04-02", start_time="09:30", timezone="UTC")
    assert lines["DTSTART"] == "20270402T093000Z"
    assert utc(event.start) == "2027-04-02 09:30"


def test_a_day_without_a_time_is_a_whole_day(event_for):
    lines, event = event_for(day="2027-04-02")
    assert lines["DTSTART;VALUE=DATE"] == "20270402"
    assert lines["DTEND;VALUE=DATE"] == "20270403"
    assert (event.start, event.end) == (date(2027, 4, 2), date(2027, 4, 3))
    assert lines["TRANSP"] == "TRANSPARENT"


def test_a_stay_lasts_through_its_last_day(event_for):
    lines, _ = event_for(day="2027-04-01", end_day="2027-04-05", kind="stay")
    assert lines["DTSTART;VALUE=DATE"] == "20270401"
    assert lines["DTEND;VALUE=DATE"] == "20270406"


def test_a_stay_with_a_check_in_lasts_through_its_last_day_too(event_for):
    lines, _ = event_for(day="2027-04-01", start_time="15:00", end_day="2027-04-03", timezone=TOKYO)
    assert lines["DTSTART;TZID=Asia/Tokyo"] == "20270401T150000"
    assert lines["DTEND;TZID=Asia/Tokyo"] == "20270404T000000"


@pytest.mark.parametrize("end_time", [None, "09:30"])
def test_a_start_without_a_later_end_has_none(event_for, end_time):
    lines, _ = event_for(day="2027-04-02", start_time="09:30", end_time=end_time, timezone=TOKYO)
    assert not [name for name in lines if name.startswith(("DTEND", "DURATION"))]


def test_a_flight_over_the_date_line_lands_the_day_before(event_for):
    lines, event = event_for(
        day="2027-04-05", start_time="20:00", timezone=TOKYO,
        end_day="2027-04-05", end_time="08:10", end_timezone="Pacific/Honolulu",
    )  # fmt: skip
    assert lines["DTEND;TZID=Pacific/Honolulu"] == "20270405T081000"
    assert utc(event.end) == "2027-04-05 18:10"
    assert event.end > event.start


def test_a_flight_lands_on_an_earlier_day_than_it_took_off(event_for):
    lines, event = event_for(
        day="2027-04-06", start_time="00:30", timezone=TOKYO,
        end_day="2027-04-06", end_time="00:10", end_timezone="Pacific/Honolulu",
    )  # fmt: skip
    assert (utc(event.start), utc(event.end)) == ("2027-04-05 15:30", "2027-04-06 10:10")


def test_a_flight_lands_on_the_day_before(event_for):
    lines, event = event_for(
        day="2027-01-02", start_time="00:30", timezone="Pacific/Apia",
        end_day="2027-01-01", end_time="01:10", end_timezone="Pacific/Pago_Pago",
    )  # fmt: skip
    assert lines["DTSTART;TZID=Pacific/Apia"] == "20270102T003000"
    assert lines["DTEND;TZID=Pacific/Pago_Pago"] == "20270101T011000"
    assert (utc(event.start), utc(event.end)) == ("2027-01-01 11:30", "2027-01-01 12:10")


def test_a_flight_lands_at_the_second_of_two_times(event_for):
    """A local time means the first to calendars, and that is before it took off."""
    lines, event = event_for(
        day="2027-10-31", start_time="01:00", timezone="Atlantic/Reykjavik",
        end_time="01:15", end_timezone="Europe/London",
    )  # fmt: skip
    assert lines["DTEND"] == "20271031T011500Z"
    assert (utc(event.start), utc(event.end)) == ("2027-10-31 01:00", "2027-10-31 01:15")


def test_a_start_that_the_clocks_skip_has_no_end_before_itself(event_for):
    lines, _ = event_for(day="2027-03-28", start_time="02:30", end_time="03:00", timezone=PARIS)
    assert lines["DTSTART;TZID=Europe/Paris"] == "20270328T033000"
    assert not [name for name in lines if name.startswith("DTEND")]


def test_an_end_floats_with_its_start(event_for):
    lines, _ = event_for(day="2027-04-02", start_time="09:30", end_time="11:00", end_timezone=TOKYO)
    assert lines["DTEND"] == "20270402T110000"


def test_a_time_that_the_clocks_skip_is_told_as_they_show_it(event_for):
    lines, event = event_for(day="2027-03-28", start_time="02:30", timezone=PARIS)
    assert lines["DTSTART;TZID=Europe/Paris"] == "20270328T033000"
    assert utc(event.start) == "2027-03-28 01:30"


def test_a_time_that_comes_twice_is_the_first(event_for):
    lines, event = event_for(day="2027-10-31", start_time="02:30", timezone=PARIS)
    assert lines["DTSTART;TZID=Europe/Paris"] == "20271031T023000"
    assert utc(event.start) == "2027-10-31 00:30"


def test_every_zone_in_use_is_spelled_out(plan, export):
    plan(day="2027-03-28", start_time="01:00", timezone=PARIS)
    plan(
        day="2027-12-31", start_time="22:00", timezone="Australia/Sydney",
        end_day="2028-01-01", end_time="06:00", end_timezone="America/New_York",
    )  # fmt: skip
    assert set(zones_of(export())) == {PARIS, "Australia/Sydney", "America/New_York"}


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_the_first_and_the_last_day_that_there_are(event_for, day):
    lines, _ = event_for(day=day, start_time="23:59", timezone="Pacific/Apia")
    assert lines["DTSTART;TZID=Pacific/Apia"].startswith(day.replace("-", ""))
