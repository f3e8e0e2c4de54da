"""Fixes: ops that mend a finding and break nothing else."""

from __future__ import annotations

from tests.ai.checker.trips import (
    CASTLE,
    MON,
    TOWER,
    TUE,
    WED,
    activity,
    findings,
    itinerary,
    place,
    snapshot,
)  # fmt: skip
from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary


def mended(shot, ops):
    """The same snapshot after a client has sent the ops."""
    rows = {one["id"]: one for one in shot["entities"]["activity"]}
    for op in ops:
        if op["entity"] == "trip":
            shot = {**shot, "trip": {**shot["trip"], **op["fields"]}}
        elif op["op"] == "delete":
            del rows[op["id"]]
        else:
            rows[op["id"]] = {**rows[op["id"]], **op["fields"]}
    return {**shot, "entities": {"activity": list(rows.values())}}


def errors(shot):
    found = check(read_itinerary(shot, terms=Terms()))
    return [one for one in found if one.severity == "error"]


def assert_each_fix_mends(*activities):
    shot = snapshot(*activities)
    (wrong,) = errors(shot)
    assert wrong.fixes
    for ops in wrong.fixes:
        assert errors(mended(shot, ops)) == [], ops
    return wrong.fixes


def test_an_overlap_is_pulled_apart_with_time_for_the_way():
    castle = activity("Castle", MON, "10:00", "11:00", location=place(CASTLE))
    tower = activity("Tower", MON, "10:30", "11:32", location=place(TOWER))
    first, _ = assert_each_fix_mends(castle, tower)
    assert first == [
        {"op": "update", "entity": "activity", "id": tower["id"],
         "fields": {"start_time": "11:45", "end_time": "12:47"}}
    ]  # fmt: skip


def test_what_is_settled_stays():
    booked = activity("Castle", MON, "10:00", "11:00", status="booked", location=place(CASTLE))
    tower = activity("Tower", MON, "09:30", "10:30", location=place(TOWER))
    for ops in assert_each_fix_mends(booked, tower):
        assert [op["id"] for op in ops] == [tower["id"]]
    (told,) = findings(booked, {**tower, "locked": True})
    assert told.fixes == ()


def test_a_fix_that_breaks_something_else_is_none():
    first = activity("A", MON, "10:00", "11:00")
    second = activity("B", MON, "10:30", "11:30")
    rest = activity("C", MON, "11:30", "23:30", locked=True)
    before = activity("D", MON, "07:30", "10:00", locked=True)
    told = [one for one in findings(first, second, rest, before) if one.code == "overlap"]
    assert told[0].fixes == ()


def test_a_closed_place_is_visited_when_it_is_open():
    museum = place(hours="Tu-Su 10:00-18:00")
    visit = activity("Museum", MON, "11:00", "12:00", location=museum)
    busy = activity("Walk", TUE, "10:30", "12:30")
    fixes = assert_each_fix_mends(visit, busy)
    assert fixes[0][0]["fields"]["day"] in (TUE, WED)
    early = assert_each_fix_mends({**visit, "day": TUE, "start_time": "09:00", "end_time": "10:00"})
    assert early[0][0]["fields"] == {"start_time": "10:00", "end_time": "11:00"}


def test_never_open_has_no_fix():
    (told,) = [
        one
        for one in findings(activity("Museum", MON, "11:00", "12:00", location=place(hours="off")))
        if one.code == "closed"
    ]
    assert told.fixes == ()


def test_of_two_visits_to_one_place_one_goes():
    twice = [activity("Castle", day, "10:00", "11:00", location=place()) for day in (MON, TUE)]
    assert_each_fix_mends(*twice)


def test_outside_the_dates_its_day_goes_or_the_trip_gets_longer():
    late = activity("Castle", "2027-05-07", "10:00", "11:00")
    away, longer = assert_each_fix_mends(late)
    assert away[0]["fields"]["day"] is None
    assert longer[0]["fields"] == {"start_date": MON, "end_date": "2027-05-07"}


def test_a_night_out_keeps_its_length():
    bar = place(hours="18:00-03:00")
    show = activity("Show", MON, "21:00", "23:00")
    night = activity("Bar", MON, "22:00", "01:00", end_day=TUE, location=bar)
    fixes = assert_each_fix_mends(show, night)
    assert fixes[0][0]["fields"] == {"start_time": "23:00", "end_time": "02:00"}


def test_the_same_plan_has_the_same_findings():
    day = [activity(f"{n}", MON, "10:00", "11:00", location=place(name=f"{n}")) for n in range(6)]
    assert check(itinerary(*day)) == check(itinerary(*reversed(day)))
