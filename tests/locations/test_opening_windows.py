"""Opening hours of a date: holidays, breaks, seasons, the sun; and what is not known stays unknown."""

from __future__ import annotations

from datetime import date

import pytest

from tests.ai.planner.building import MONDAY, place
from wandr.locations.hours import daylight, knows_holidays, open_windows

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


def test_a_day_on_which_clocks_change_keeps_its_local_hours():
    berlin = {
        "latitude": 52.5,
        "longitude": 13.4,
        "timezone": "Europe/Berlin",
        "country_code": "DE",
    }
    assert open_windows(place("a", **berlin), date(2027, 3, 28)) == ((540, 1020),)
