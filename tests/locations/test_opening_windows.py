"""Opening hours of a date: holidays, breaks, seasons, the sun; and what is not known stays unknown."""

from __future__ import annotations

from datetime import date

import pytest

from tests.ai.planner.building import MONDAY, place
from wandr.locations.hours import daylight, knows_holidays, open_windows, sun_up

THANKSGIVING_DAY_OF_JAPAN = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("hours", "windows"),
    [
        ("09:00-17:00", ((540, 1020),)),
        ("Mo-Sa 09:00-12:00,13:00-17:00", ((540, 720), (780, 1020))),
        ("Tu-Su 09:00-17:00", ()),
        ("Mar-Nov 08:30-17:00; Dec-Feb 09:00-16:30", ((510, 1020),)),
        ("Dec-Feb 09:00-16:30", ()),
        ("18:00-24:00", ((1080, 1440),)),
        ("18:00-02:00", ((0, 120), (1080, 1440))),
        ("24/7", ((0, 1440),)),
        ("off", ()),
    ],
)
def test_hours_become_windows_of_the_day(hours, windows):
    assert open_windows(place("a", hours=hours), MONDAY) == windows


@pytest.mark.parametrize(
    "hours", [None, "", "mostly mornings", "24/7 unknown", 'Mo unknown "call"']
)
def test_what_is_not_known_is_unknown_and_not_open(hours):
    assert open_windows(place("a", hours=hours), MONDAY) is None


def test_a_public_holiday_counts_in_its_country_only():
    museum = place("a", hours="09:00-17:00; PH off")
    elsewhere = place("a", hours="09:00-17:00; PH off", country_code="US")
    assert open_windows(museum, THANKSGIVING_DAY_OF_JAPAN) == ()
    assert open_windows(elsewhere, THANKSGIVING_DAY_OF_JAPAN) == ((540, 1020),)


def test_a_country_without_a_calendar_keeps_its_hours():
    assert knows_holidays("JP")
    assert not knows_holidays("TH")
    assert open_windows(place("a", country_code="TH"), MONDAY) == ((540, 1020),)


def test_the_sun_sets_at_the_place():
    kyoto = place("a", hours="sunrise-sunset")
    ((rise, fall),) = open_windows(kyoto, MONDAY)
    assert (rise // 60, fall // 60) == (6, 17)
    assert daylight(kyoto, MONDAY) == (rise, fall)


@pytest.mark.parametrize(
    ("zone", "point", "rise", "fall"),
    [
        ("America/Anchorage", (64.8378, -147.7164), (2, 57), (24, 47)),  # almanac: 02:57, 00:47
        ("Atlantic/Reykjavik", (64.1466, -21.9426), (2, 55), (24, 3)),  # almanac: 02:55, 00:03
    ],
)
def test_a_sun_that_sets_after_midnight_sets_on_the_next_day(zone, point, rise, fall):
    there = place("a", timezone=zone, latitude=point[0], longitude=point[1])
    told = sun_up(there, date(2027, 6, 18))
    for minute, (hour, more) in zip(told, (rise, fall), strict=True):
        assert abs(minute - (60 * hour + more)) <= 5
    assert daylight(there, date(2027, 6, 18)) == tuple(told)


@pytest.mark.parametrize("day", [date(2027, 6, 18), date(2027, 12, 18)])
def test_where_it_is_always_or_never_up_it_does_not_rise(day):
    assert sun_up(place("a", timezone="Europe/Oslo", latitude=78.2, longitude=15.6), day) is None


def test_where_it_stays_up_for_weeks_the_rest_of_the_day_is_light():
    there = place("a", timezone="Europe/Oslo", latitude=69.65, longitude=18.95)
    rises, sets = sun_up(there, date(2027, 5, 18))
    assert sets is None
    assert daylight(there, date(2027, 5, 18)) == (rises, 24 * 60)


def test_a_day_on_which_clocks_change_keeps_its_local_hours():
    berlin = {
        "latitude": 52.5,
        "longitude": 13.4,
        "timezone": "Europe/Berlin",
        "country_code": "DE",
    }
    assert open_windows(place("a", **berlin), date(2027, 3, 28)) == ((540, 1020),)
