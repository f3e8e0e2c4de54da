"""Hours, closed days, holidays, dusk, doubles, and days that go back and forth."""

from __future__ import annotations

import pytest

from tests.ai.checker.trips import ADA, BOB, MON, TUE, activity, codes, findings, place

MUSEUM = place(hours="Tu-Su 10:00-18:00")


@pytest.mark.parametrize(
    ("day", "start", "end", "told"),
    [
        (TUE, "10:00", "12:00", []),
        (TUE, "16:00", "18:00", []),
        (TUE, "09:59", "11:00", ["closed"]),
        (TUE, "17:30", "18:01", ["closed"]),
        (MON, "11:00", "12:00", ["closed"]),
        (MON, None, None, ["closed"]),  # at no time of that day
        (TUE, None, None, []),
        (TUE, "18:30", None, ["closed"]),
        (None, None, None, []),
    ],
)
def test_a_visit_lies_within_one_opening(day, start, end, told):
    assert codes(activity("Museum", day, start, end, location=MUSEUM)) == told


def test_a_break_at_noon_is_no_time_to_stay():
    church = place(hours="09:00-12:00,14:00-18:00")
    assert codes(activity("Church", MON, "11:30", "14:30", location=church)) == ["closed"]
    assert codes(activity("Church", MON, "14:00", "15:00", location=church)) == []


def test_a_night_out_goes_on_past_midnight():
    bar = place(hours="20:00-02:00")
    night = activity("Bar", MON, "22:00", "01:30", end_day=TUE, location=bar)
    assert codes(night) == []
    assert codes({**night, "end_time": "02:30"}) == ["closed"]


def test_until_midnight_is_a_matter_of_that_day_alone():
    bar = place(hours="20:00-24:00")
    night = activity("Bar", MON, "22:00", "00:00", end_day=TUE, location=bar)
    assert codes(night) == []


def test_it_is_the_place_whose_hours_count_not_the_zone_of_the_plan():
    """16:30 in Lisbon is what the activity says; the doors are there."""
    visit = activity("Museum", TUE, "16:30", "17:30", location=MUSEUM, timezone="Europe/Lisbon")
    assert codes(visit, timezone="America/New_York") == []


@pytest.mark.parametrize("hours", [None, "nonsense"])
def test_unknown_is_no_pass(hours):
    (told,) = findings(activity("Museum", TUE, "10:00", "11:00", location=place(hours=hours)))
    assert (told.code, told.severity) == ("hours_unknown", "warning")


def test_hotels_and_stations_are_not_asked_for_their_hours():
    for kind in ("stay", "transport"):
        night = {"kind": kind, "end_day": TUE, "location": place(hours=None)}
        assert "hours_unknown" not in codes(activity("There", MON, **night))


def test_a_holiday_is_said_once_a_day():
    day = "2027-04-25"  # the day of freedom
    visits = [activity(name, day, location=place(name=name)) for name in "AB"]
    (told,) = findings(*visits, start_date=day, end_date="2027-04-26")
    assert (told.code, told.severity) == ("holiday", "warning")
    assert set(told.entity_ids) == {one["id"] for one in visits}


def test_hours_that_end_on_holidays_are_an_error_then():
    day = "2027-04-25"
    shut = place(hours="Mo-Su 10:00-18:00; PH off")
    told = codes(activity("Museum", day, "11:00", "12:00", location=shut),
                 start_date=day, end_date="2027-04-26")  # fmt: skip
    assert told == ["closed", "holiday"]


@pytest.mark.parametrize(
    ("indoor", "kind", "told"),
    [
        (False, "park", ["after_dark"]),
        (True, "park", []),
        (None, "park", []),
        (False, "market", []),
    ],
)
def test_what_is_outdoors_is_seen_by_daylight(indoor, kind, told):
    park = place(kind=kind)
    late = activity("Park", MON, "20:00", "22:00", location=park)
    assert codes(late, known={park["id"]: {"indoor": indoor}}) == told


def test_the_same_place_once():
    first = activity("Castle", MON, "10:00", "11:00", location=place())
    again = activity("Castle", TUE, "10:00", "11:00", location=place())
    other_id = {**again, "location": {**place(), "id": "of another source"}}
    elsewhere = {**again, "location": place((38.7142, -9.1335), "Place at (38.7139, -9.1335)")}
    assert codes(first, again) == ["same_place_twice"]
    assert codes(first, other_id) == ["same_place_twice"]
    assert codes(first, elsewhere) == []  # 33 m away
    apart = {"participants": [ADA]}, {"participants": [BOB]}
    assert codes({**first, **apart[0]}, {**again, **apart[1]}) == []
    assert codes({**first, "kind": "transport"}, {**again, "kind": "transport"}) == []


def test_a_day_that_goes_back_and_forth():
    stops = [place((38.70 + step / 100, -9.14)) for step in (0, 2, 1, 3)]
    times = [("09:00", "10:00"), ("11:00", "12:00"), ("13:00", "14:00"), ("15:30", "16:00")]
    day = [
        activity(f"{n}", MON, *time, location=stop)
        for n, (stop, time) in enumerate(zip(stops, times, strict=True))
    ]
    (told,) = findings(*day)
    assert (told.code, told.severity) == ("backtracking", "warning")
    assert told.values["metres"] / told.values["best_metres"] == pytest.approx(5 / 3, abs=0.01)
    straight = [{**one, "location": stops[n]} for one, n in zip(day, (0, 2, 1, 3), strict=True)]
    assert codes(*straight) == []
    assert codes(*[{**one, "locked": True} for one in day]) == []
