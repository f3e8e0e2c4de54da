"""Dates, overlaps, ways, journeys, long days."""

from __future__ import annotations

import pytest

from tests.ai.checker.trips import (
    ADA,
    BOB,
    CASTLE,
    MON,
    TOWER,
    TUE,
    WED,
    activity,
    codes,
    findings,
    place,
)


def test_a_good_plan_has_nothing_to_be_said_about():
    castle = activity("Castle", MON, "10:00", "11:30", location=place(CASTLE))
    tower = activity("Tower", TUE, "10:00", "11:00", location=place(TOWER))
    assert findings(castle, tower) == []


@pytest.mark.parametrize(
    ("day", "end_day", "told"),
    [
        ("2027-05-02", None, ["outside_dates"]),
        ("2027-05-06", None, ["outside_dates"]),
        (WED, "2027-05-06", ["outside_dates"]),
        (MON, WED, []),
        (None, None, []),
    ],
)
def test_all_days_are_days_of_the_trip(day, end_day, told):
    assert codes(activity("Castle", day, end_day=end_day)) == told


def test_without_dates_no_day_is_outside():
    assert codes(activity("Castle", "2031-01-01"), start_date=None, end_date=None) == []


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (("11:00", "12:00"), []),  # they touch
        (("10:59", "12:00"), ["overlap"]),
        (("10:15", "10:30"), ["overlap"]),
        (("10:30", None), ["overlap"]),
        (("10:00", None), []),  # a moment at the beginning
        ((None, None), []),
    ],
)
def test_no_two_at_once(second, told):
    assert codes(activity("A", MON, "10:00", "11:00"), activity("B", MON, *second)) == told


def test_not_only_neighbours_overlap():
    long = activity("Long", MON, "09:00", "12:00")
    short = activity("Short", MON, "09:30", "09:45")
    late = activity("Late", MON, "11:00", "13:00")
    assert codes(long, short, late) == ["overlap", "overlap"]


def test_who_splits_up_may_do_two_things_at_once():
    ada = activity("A", MON, "10:00", "11:00", participants=[ADA])
    bob = activity("B", MON, "10:00", "11:00", participants=[BOB])
    everybody = activity("C", MON, "10:30", "11:30")
    assert codes(ada, bob) == []
    told = findings(ada, bob, everybody)
    assert [one.code for one in told] == ["overlap", "overlap"]
    assert {frozenset(one.entity_ids) for one in told} == {
        frozenset({ada["id"], everybody["id"]}),
        frozenset({bob["id"], everybody["id"]}),
    }


def test_what_is_no_plan_is_no_fault():
    planned = activity("A", MON, "10:00", "11:00")
    for more in ({"status": "idea"}, {"status": "cancelled"}, {"kind": "note"}):
        assert codes(planned, activity("B", MON, "10:00", "11:00", **more)) == []


def test_what_is_settled_is_contradicted_by_what_is_not():
    booked = activity("A", MON, "10:00", "11:00", status="booked")
    assert codes(booked, activity("B", MON, "10:30", "12:00")) == ["contradicts_fixed"]
    assert codes(booked, activity("B", MON, "10:30", "12:00", locked=True)) == ["overlap"]


def test_zones_count_when_two_things_are_compared():
    lisbon = activity("A", MON, "10:00", "11:00", timezone="Europe/Lisbon")
    madrid = activity("B", MON, "11:30", "12:30", timezone="Europe/Madrid")
    (told,) = findings(lisbon, madrid)
    assert (told.code, told.values["minutes"]) == ("overlap", 30)


def test_the_way_must_fit():
    castle = activity("Castle", MON, "10:00", "11:00", location=place(CASTLE))
    soon = activity("Tower", MON, "11:20", "12:00", location=place(TOWER))
    later = activity("Tower", MON, "12:00", "12:30", location=place(TOWER))
    (told,) = findings(castle, soon)
    assert told.code == "no_time_to_travel"
    assert told.values == {"needed_minutes": 45, "minutes": 20, "mode": "transit"}
    assert codes(castle, later) == []
    assert codes(castle, {**soon, "location": None}) == []  # nobody knows how far that is


def test_a_way_begins_where_the_journey_before_it_ended():
    journey = activity(
        "Ferry", MON, "09:00", "10:00", kind="transport",
        location=place(CASTLE), end_location=place(TOWER),
    )  # fmt: skip
    assert codes(journey, activity("T", MON, "10:00", "11:00", location=place(TOWER))) == []
    back = activity("C", MON, "10:00", "11:00", location=place(CASTLE))
    assert codes(journey, back) == ["no_time_to_travel"]


@pytest.mark.parametrize(
    ("end_day", "end", "told"),
    [(MON, "08:00", ["arrives_before_departure"]), (MON, "11:00", []), (TUE, "01:00", [])],
)
def test_a_journey_arrives_after_it_leaves_in_utc(end_day, end, told):
    flight = activity(
        "Flight", MON, "09:30", end, kind="transport", end_day=end_day,
        timezone="Europe/Lisbon", end_timezone="Atlantic/Azores",
    )  # fmt: skip
    assert codes(flight) == told


def test_a_night_with_a_changed_clock_is_as_long_as_it_is():
    """On 2027-03-28 the clocks of Lisbon go from 01:00 to 02:00."""
    night = activity("Train", "2027-03-28", "00:30", "02:10", kind="transport")
    dates = {"start_date": "2027-03-27", "end_date": "2027-03-29"}
    assert codes(night, **dates) == []
    there = activity("Fado", "2027-03-28", "02:20", "03:00", location=place(TOWER))
    told = findings({**night, "location": place(CASTLE)}, there, **dates)
    assert told[0].values["minutes"] == 10


def test_a_day_has_sixteen_hours():
    early, late = activity("A", MON, "06:00", "07:00"), activity("B", MON, "21:00", "22:00")
    assert codes(early, late) == []
    (told,) = findings(early, {**late, "end_time": "22:01"})
    assert (told.code, told.values["minutes"]) == ("day_too_long", 961)


def test_in_a_night_train_one_sleeps():
    early = activity("A", MON, "06:00", "07:00")
    train = activity("Train", MON, "22:30", "07:00", kind="transport", end_day=TUE)
    assert codes(early, train) == []
