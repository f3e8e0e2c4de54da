"""Repairs: the smallest change that works, and nothing else."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from tests.ai.planner.building import MONDAY, WEEK, place, stop
from wandr.ai.planner.model import Place, Stop, Wishes
from wandr.ai.repair.mishaps import Mishap
from wandr.ai.repair.model import Move, Repair, Trip
from wandr.ai.repair.repair import repair

TUESDAY = WEEK[1]
GARDEN = place("garden", at=(0, 1), kind="garden", indoor=False, interests=frozenset({"nature"}))
TEMPLE = place("temple", at=(0, 2))
MUSEUM = place("museum", at=(1, 1), kind="museum")
PARK = place("park", at=(1, 2), kind="park", indoor=False)
EVERY = (GARDEN, TEMPLE, MUSEUM, PARK)


def visit(of: Place, day: date, start: str, end: str, **more: Any) -> Stop:
    found = {"latitude": of.latitude, "longitude": of.longitude, "place_id": of.id}
    return stop(f"visit-{of.id}", day, start, end, title=of.name, **{**found, **more})


def mended(*stops: Stop, mishaps: list[Mishap], days: int = 2, places: Any = EVERY) -> Repair:
    known = {one.id: one for one in places}
    return repair(Trip(WEEK[:days], stops, known, Wishes(days=()), seed=1), mishaps)


def moved(found: Repair) -> dict[str, date | None]:
    return {move.stop.title: move.day for move in found.moves}


def test_rain_moves_what_is_outdoors_and_fills_the_hole_indoors() -> None:
    walk, prayer = (
        visit(GARDEN, MONDAY, "10:00", "11:00"),
        visit(TEMPLE, MONDAY, "14:00", "15:00"),
    )
    found = mended(walk, prayer, mishaps=[Mishap("rain", MONDAY)])
    assert moved(found) == {"Garden": TUESDAY}
    (addition,) = found.additions
    assert (addition.visit.title, addition.visit.day) == ("Museum", MONDAY)
    assert addition.after == (walk.id,)
    assert "instead of Garden" in addition.reason
    assert "outdoors" in found.moves[0].reason


def test_in_the_rain_of_all_days_it_becomes_an_idea() -> None:
    walk = visit(GARDEN, MONDAY, "10:00", "11:00")
    found = mended(walk, mishaps=[Mishap("rain", MONDAY), Mishap("rain", TUESDAY)])
    assert moved(found) == {"Garden": None}
    assert "becomes an idea" in found.moves[0].reason


def test_a_visit_moved_into_the_next_mishap_is_moved_on() -> None:
    walk = visit(GARDEN, MONDAY, "10:00", "11:00")
    closed = Mishap("closed", TUESDAY, frozenset([walk.id]))
    found = mended(walk, mishaps=[Mishap("rain", MONDAY), closed], days=3)
    assert moved(found) == {"Garden": WEEK[2]}
    assert len(found.moves) == 1


def test_what_is_closed_goes_to_the_nearest_day_on_which_it_opens() -> None:
    seldom = place("seldom", hours="Th 09:00-17:00")
    prayer = visit(seldom, MONDAY, "10:00", "11:00")
    shut = Mishap("closed", MONDAY, frozenset([prayer.id]))
    found = mended(prayer, mishaps=[shut], days=7, places=[seldom])
    assert moved(found) == {"Seldom": WEEK[3]}
    assert found.additions == []


def test_what_is_settled_stays_and_is_told() -> None:
    for more in ({"locked": True}, {"status": "booked"}):
        walk = visit(GARDEN, MONDAY, "10:00", "11:00", **more)
        found = mended(walk, mishaps=[Mishap("rain", MONDAY)])
        assert (found.moves, found.additions) == ([], [])
        assert "settled" in found.notes[0]
    done = visit(GARDEN, MONDAY, "10:00", "11:00", status="done")
    assert "settled" not in " ".join(mended(done, mishaps=[Mishap("rain", MONDAY)]).notes)


def test_a_delay_moves_the_morning_behind_it_and_leaves_the_afternoon() -> None:
    early, later = (
        visit(GARDEN, MONDAY, "10:00", "11:00"),
        visit(TEMPLE, MONDAY, "15:00", "16:00"),
    )
    found = mended(early, later, mishaps=[Mishap("late", MONDAY, late_minutes=120)])
    (move,) = found.moves
    assert (move.stop.title, move.day) == ("Garden", MONDAY)
    assert move.start is not None and move.start >= time(12)
    assert found.additions == []


def test_after_a_late_train_one_counts_from_its_arrival() -> None:
    train = stop("train", MONDAY, "08:00", "10:00", kind="transport")
    early = visit(GARDEN, MONDAY, "11:00", "12:00")
    found = mended(train, early, mishaps=[Mishap("late", MONDAY, late_minutes=120)])
    assert [(move.stop.title, move.start and move.start >= time(12)) for move in found.moves] == [
        ("Garden", True)
    ]


def test_a_visit_keeps_its_length() -> None:
    long = visit(GARDEN, MONDAY, "10:00", "12:30")
    (move,) = mended(long, mishaps=[Mishap("late", MONDAY, late_minutes=60)]).moves
    assert move.start is not None and move.end is not None
    assert (move.end.hour * 60 + move.end.minute) - (move.start.hour * 60 + move.start.minute) == (
        150
    )


def test_what_no_longer_fits_into_a_late_day_goes_to_another() -> None:
    early = visit(TEMPLE, MONDAY, "10:00", "11:00")
    found = mended(early, mishaps=[Mishap("late", MONDAY, arrive_at=16 * 60 + 30)])
    assert moved(found) == {"Temple": TUESDAY}


def test_two_that_trade_places_make_room_for_each_other() -> None:
    first, second = (
        visit(GARDEN, MONDAY, "09:00", "10:00"),
        visit(TEMPLE, MONDAY, "10:30", "11:30"),
    )
    found = mended(first, second, mishaps=[Mishap("late", MONDAY, late_minutes=100)])
    by_title: dict[str, Move] = {move.stop.title: move for move in found.moves}
    assert set(by_title) == {"Garden", "Temple"}
    garden = by_title["Garden"]
    assert garden.start is not None
    takes_its_place = time(10) <= garden.start < time(11, 30)
    assert (second.id in garden.after) == takes_its_place


def test_without_times_only_the_day_changes() -> None:
    walk = visit(GARDEN, MONDAY, "", "")
    (move,) = mended(walk, mishaps=[Mishap("rain", MONDAY)]).moves
    assert (move.day, move.start, move.end) == (TUESDAY, None, None)


def test_what_is_not_known_is_told() -> None:
    somewhere = stop("walk", MONDAY, "10:00", "11:00", title="A walk")
    found = mended(somewhere, mishaps=[Mishap("rain", MONDAY)])
    assert found.moves == []
    assert "unknown of: A walk" in found.notes[-1]


def test_without_a_known_place_what_is_closed_becomes_an_idea() -> None:
    dinner = stop("dinner", MONDAY, "19:00", "21:00", title="Dinner")
    found = mended(dinner, mishaps=[Mishap("closed", MONDAY, frozenset(["dinner"]))])
    assert moved(found) == {"Dinner": None}


def test_what_is_not_spoiled_is_not_touched() -> None:
    prayer = visit(TEMPLE, MONDAY, "10:00", "11:00")
    found = mended(prayer, mishaps=[Mishap("rain", MONDAY)])
    assert (found.moves, found.additions) == ([], [])
    assert "Nothing that is planned has to change" in found.notes[0]


def test_the_same_again_is_the_same() -> None:
    stops = (visit(GARDEN, MONDAY, "10:00", "11:00"), visit(PARK, MONDAY, "12:00", "13:00"))
    once, again = (mended(*stops, mishaps=[Mishap("rain", MONDAY)]) for _ in range(2))
    assert once == again
