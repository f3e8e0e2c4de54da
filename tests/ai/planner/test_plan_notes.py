"""What a plan says about itself, and the last check that nothing wrong leaves the planner."""

from __future__ import annotations

from datetime import time

from tests.ai.planner.building import MONDAY, WEEK, place, stop, town, wishes
from wandr.ai.planner.frames import frame_day
from wandr.ai.planner.model import Place, PlannedVisit, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.selfcheck import faults


def notes(wanted: Wishes, places: list[Place], *stops) -> str:
    return " ".join(plan(wanted, places, list(stops), seed=1).notes)


def test_a_good_plan_needs_no_notes():
    close_by = [place(f"t-{n}", at=(n % 4, n // 4)) for n in range(8)]
    assert notes(wishes(1, interests={"temple": 1.0}), close_by) == ""


def test_what_was_not_understood_is_said_unless_it_names_a_place():
    wanted = wishes(1, not_understood=("unicorns", "Temple 03"))
    assert "Not understood: unicorns." in notes(wanted, town(8))


def test_a_ban_that_nothing_explains_is_said():
    assert "no pork" in notes(wishes(1, avoid=frozenset({"pork", "museum"})), town(8))
    assert "museum" not in notes(wishes(1, avoid=frozenset({"pork", "museum"})), town(8))


def test_a_wish_that_no_place_answers_is_said():
    assert "Nothing is known here for: zoo." in notes(wishes(1, interests={"zoo": 1.0}), town(8))


def test_what_is_not_checked_is_said():
    said = notes(wishes(1, diet=frozenset({"vegan"})), town(8))
    assert "vegan" in said


def test_a_named_place_that_does_not_fit_is_said():
    closed = place("far-shrine", hours="Tu-Su 09:00-17:00")
    assert "Far Shrine did not fit in." in notes(wishes(1, named_places=("Far Shrine",)), [closed])


def test_a_light_day_says_why():
    assert "2027-03-01 is light (60 of about 420" in notes(wishes(1), town(1))
    tour = stop("tour", MONDAY, "09:00", "13:00", latitude=35.2)
    assert "because of what stands in it" in notes(wishes(1), town(0) + [place("a")], tour)


def test_a_trip_without_days_or_places_says_so():
    assert "dates" in notes(Wishes(days=()), town(3))
    assert "Nothing is known here" in notes(wishes(1), [])
    assert plan(wishes(1), [], [], seed=1).items == ()


def visit(at: Place, start: str, end: str) -> PlannedVisit:
    return PlannedVisit(
        key=f"{at.id} {start}",
        place_id=at.id,
        title=at.name,
        kind=at.kind,
        day=MONDAY,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        reason="",
    )


def found(*visits: PlannedVisit, places: list[Place], stops=()) -> set[str]:
    frames = [frame_day(day, wishes(1), list(stops), None) for day in WEEK[:1]]
    return set(faults(visits, frames, {p.id: p for p in places}).values())


def test_the_last_check_passes_what_is_right():
    a, b = place("a"), place("b", at=(1, 0))
    assert found(visit(a, "09:00", "10:00"), visit(b, "10:08", "11:00"), places=[a, b]) == set()


def test_the_last_check_refuses_what_is_wrong():
    a, b = place("a"), place("b", at=(1, 0))
    night, club = place("night", hours="24/7"), place("club", hours="24/7")
    tour = stop("tour", MONDAY, "09:30", "12:00")
    assert found(visit(a, "08:59", "10:00"), places=[a]) == {"closed then"}
    assert found(visit(a, "16:30", "17:01"), places=[a]) == {"closed then"}
    assert found(visit(a, "09:00", "10:00"), visit(b, "10:07", "11:00"), places=[a, b]) == {
        "no time for the way"
    }
    assert found(visit(a, "09:00", "10:00"), visit(a, "10:00", "11:00"), places=[a]) == {
        "planned twice"
    }
    assert found(visit(a, "09:00", "10:00"), places=[a], stops=[tour]) == {"no time for the way"}
    assert found(
        visit(night, "05:00", "06:00"), visit(club, "21:00", "22:00"), places=[night, club]
    ) == {"day too long"}
