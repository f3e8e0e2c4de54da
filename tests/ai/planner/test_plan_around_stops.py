"""The trip as it is: nothing of it is touched, everything is planned around it."""

from __future__ import annotations

from datetime import time

import pytest

from tests.ai.planner.building import (
    MONDAY,
    STEP,
    WEEK,
    ids,
    minute,
    neighbours,
    on_day,
    place,
    restaurants,
    stop,
    town,
    wishes,
)
from wandr.ai.planner.frames import days_to_plan
from wandr.ai.planner.planner import plan
from wandr.ai.planner.travel import leg_between


def test_nothing_overlaps_what_is_there_and_the_ways_fit():
    places = {p.id: p for p in town(12)}
    tour = stop("tour", MONDAY, "11:00", "13:00", latitude=35.0 + 3 * STEP)
    items = plan(wishes(1), list(places.values()), [tour], seed=1).items
    assert len(items) >= 2
    for item in items:
        way = leg_between(places[item.place_id].point, tour.point).minutes
        assert minute(item.end) + way <= 11 * 60 or minute(item.start) >= 13 * 60 + way


def test_without_the_tour_its_time_is_used():
    items = plan(wishes(1), town(12), [], seed=1).items
    assert any(minute(i.start) < 13 * 60 and minute(i.end) > 11 * 60 for i in items)


def test_what_is_in_the_trip_already_is_not_proposed_again():
    there = [stop("a", WEEK[3], place_id="temple-04"), stop("b", WEEK[4], title="Temple 03")]
    proposed = ids(plan(wishes(7), town(6), there, seed=1))
    assert sorted(proposed) == ["temple-00", "temple-01", "temple-02", "temple-05"]


def test_a_cancelled_stop_takes_no_time_but_is_not_proposed_again():
    gone = stop("a", MONDAY, "00:00", "23:59", place_id="temple-00", status="cancelled")
    proposed = ids(plan(wishes(1), town(3), [gone], seed=1))
    assert proposed
    assert "temple-00" not in proposed


def test_a_day_full_of_stops_is_left_alone():
    conference = stop("conference", MONDAY, "08:00", "22:00")
    made = plan(wishes(2), town(6), [conference], seed=1)
    assert on_day(made, MONDAY) == []
    assert on_day(made, WEEK[1]) != []


def test_stops_that_overlap_each_other_are_both_respected():
    one, other = stop("one", MONDAY, "10:00", "12:00"), stop("other", MONDAY, "11:00", "14:00")
    items = plan(wishes(1, pace="full"), town(6), [one, other], seed=1).items
    assert items
    assert all(minute(i.start) >= 14 * 60 or minute(i.end) <= 10 * 60 for i in items)


def test_stops_too_far_apart_for_their_times_are_respected():
    here = stop("here", MONDAY, "10:00", "11:00")
    there = stop("there", MONDAY, "11:05", "12:00", latitude=35.3)
    items = plan(wishes(1), town(6), [here, there], seed=1).items
    assert all(minute(i.start) >= 12 * 60 or minute(i.end) <= 10 * 60 for i in items)


def test_a_stop_without_a_position_is_given_a_margin_and_said():
    call = stop("call", MONDAY, "11:00", "12:00", latitude=None, longitude=None)
    items = plan(wishes(1), town(6), [call], seed=1).items
    after = next(i for i in items if minute(i.start) >= 12 * 60)
    assert minute(after.start) >= 12 * 60 + 20
    assert [f.code for f in after.findings] == ["travel_unknown"]
    assert "call" in after.reason


def test_stops_count_for_the_pace():
    long = stop("museum", MONDAY, "10:00", "14:00")
    items = plan(wishes(1, pace="relaxed"), town(8), [long], seed=1).items
    assert sum(minute(i.end) - minute(i.start) for i in items) <= 60


def test_a_lunch_that_is_there_is_enough():
    lunch = stop("lunch", MONDAY, "12:00", "13:00", kind="food")
    wanted = wishes(1, interests={"food": 1.0})
    items = plan(wanted, restaurants(3), [lunch], seed=1).items
    assert [i.reason.split(";")[0] for i in items] == ["dinner"]


def test_a_stop_in_the_night_keeps_the_day_within_sixteen_hours():
    early = stop("flight", MONDAY, "02:00", "03:00", kind="transport")
    made = plan(wishes(1, interests={"food": 1.0}), restaurants(3), [early], seed=1)
    assert made.items
    assert minute(made.items[-1].end) <= 18 * 60
    assert not [note for note in made.notes if "last check" in note]


def test_the_stay_is_where_the_day_begins():
    hotel = stop("hotel", MONDAY, kind="stay", latitude=35.0 + 3 * STEP)
    first = plan(wishes(1), [place("a")], [hotel], seed=1).items[0]
    assert "from where you stay" in first.reason
    assert first.start >= time(9, 20)


def test_the_base_stands_in_for_a_stay():
    (first,) = plan(wishes(1), [place("a")], [], seed=1, base=(35.0 + 3 * STEP, 135.75)).items
    assert "24 min walk from where you stay" in first.reason or "min" in first.reason


def test_fewer_days_than_the_trip_has_means_the_first_free_ones():
    wanted = wishes(2, spare_days=WEEK[2:5])
    busy = [stop("a", WEEK[0], "10:00", "11:00"), stop("b", WEEK[2])]
    assert days_to_plan(wanted, busy) == (WEEK[1], WEEK[3])
    assert days_to_plan(wanted, []) == WEEK[:2]
    assert days_to_plan(wishes(2), busy) == WEEK[:2]


def test_a_stay_does_not_take_a_day():
    hotel = stop("hotel", WEEK[0], kind="stay")
    assert days_to_plan(wishes(1, spare_days=WEEK[1:]), [hotel]) == WEEK[:1]


@pytest.mark.parametrize("seed", range(4))
def test_visits_are_near_what_stands_in_their_day(seed):
    north, south = town(16)[0:4], town(16)[12:16]
    stops = [
        stop("south", WEEK[0], "12:00", "13:00", latitude=south[0].latitude),
        stop("north", WEEK[1], "12:00", "13:00", latitude=north[0].latitude),
    ]
    made = plan(wishes(2), [*north, *south], stops, seed=seed)
    assert {i.place_id for i in on_day(made, WEEK[0])} <= {p.id for p in south}
    assert {i.place_id for i in on_day(made, WEEK[1])} <= {p.id for p in north}
    assert len(list(neighbours(made))) >= 2
