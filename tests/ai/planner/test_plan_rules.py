"""What every plan keeps: hours, ways, pace, meals, no repetition, no zigzag, the same each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.planner.building import (
    MONDAY,
    WEEK,
    ids,
    minute,
    neighbours,
    on_day,
    place,
    restaurants,
    town,
    wishes,
)
from wandr.ai.planner.model import Place, Plan, Wishes
from wandr.ai.planner.planner import plan
from wandr.ai.planner.route import LONGEST_DETOUR, route_metres, shortest_metres
from wandr.ai.planner.travel import leg_between

FOOD = {"temple": 1.0, "food": 1.0}


def planned(wanted: Wishes, places: list[Place], seed: int = 1) -> Plan:
    return plan(wanted, places, [], seed=seed)


def test_same_input_same_plan():
    assert planned(wishes(3), town(20), seed=5) == planned(wishes(3), town(20), seed=5)


def test_the_order_of_the_input_makes_no_difference():
    shuffled = town(20)
    Random(9).shuffle(shuffled)
    assert planned(wishes(3), shuffled) == planned(wishes(3), town(20))


def test_of_equal_places_the_same_are_chosen_whatever_their_order():
    alike = [place(f"t-{n:02}") for n in range(20)]
    assert planned(wishes(1), alike[::-1]) == planned(wishes(1), alike)


def test_no_place_is_planned_twice():
    plan = planned(wishes(3), [*town(9), *town(9)])
    assert len(ids(plan)) == len(set(ids(plan))) == 9


def test_a_closed_place_is_not_planned():
    shut = [place("monday-shut", hours="Tu-Su 09:00-17:00", prominence=5)]
    assert ids(planned(wishes(1), shut)) == []
    assert ids(planned(wishes(2), shut)) == ["monday-shut"]
    assert planned(wishes(2), shut).items[0].day == WEEK[1]


def test_a_holiday_closes_a_place():
    shut = [place("a", hours="09:00-17:00; PH off")]
    holiday = Wishes(days=(date(2026, 11, 23),))
    assert ids(planned(holiday, shut)) == []
    assert ids(planned(Wishes(days=(date(2026, 11, 24),)), shut)) == ["a"]


def test_a_visit_lies_within_one_opening():
    (visit,) = planned(wishes(1), [place("a", hours="09:00-09:30,10:15-11:30,14:00-14:45")]).items
    assert (visit.start.isoformat(), visit.end.isoformat()) == ("10:15:00", "11:15:00")


def test_a_visit_longer_than_any_opening_is_left_out():
    assert ids(planned(wishes(1), [place("a", hours="09:00-09:30", minutes=60)])) == []


def test_unknown_hours_are_a_warning_and_known_ones_are_not():
    plan = planned(wishes(1), [place("known"), place("unknown", hours=None)])
    found = {item.place_id: [(f.code, f.severity) for f in item.findings] for item in plan.items}
    assert found == {"known": [], "unknown": [("hours_unknown", "warning")]}
    assert "opening hours unknown" in next(i.reason for i in plan.items if i.place_id == "unknown")


def test_gardens_are_visited_by_daylight():
    late = {"hours": "15:00-23:00", "minutes": 200}
    assert ids(planned(wishes(1), [place("hall", **late)])) == ["hall"]
    assert ids(planned(wishes(1), [place("garden", indoor=False, kind="garden", **late)])) == []


def test_ways_fit_between_visits():
    places = {p.id: p for p in [*town(16), *restaurants(4)]}
    plan = planned(wishes(4, interests=FOOD), list(places.values()))
    pairs = list(neighbours(plan))
    assert pairs
    for before, after in pairs:
        way = leg_between(places[before.place_id].point, places[after.place_id].point)
        assert minute(after.start) - minute(before.end) >= way.minutes


@pytest.mark.parametrize(
    ("pace", "minutes", "visits"), [("relaxed", 300, 5), ("normal", 420, 7), ("full", 540, 9)]
)
def test_the_pace_is_kept(pace, minutes, visits):
    close_by = [place(f"t-{n}", at=(n % 4, n // 4), minutes=45) for n in range(12)]
    (day,) = {item.day for item in planned(wishes(1, pace=pace), close_by).items}
    items = on_day(planned(wishes(1, pace=pace), close_by), day)
    assert sum(minute(i.end) - minute(i.start) for i in items) <= minutes
    assert 3 <= len(items) <= visits


def test_a_faster_pace_sees_more():
    close_by = [place(f"t-{n}", at=(n % 4, n // 4)) for n in range(8)]
    seen = [len(ids(planned(wishes(1, pace=pace), close_by))) for pace in ("relaxed", "full")]
    assert seen[0] < seen[1]


def test_lunch_stays_free_without_a_wish_for_food():
    plan = planned(wishes(1, pace="full"), [*town(8), *restaurants(3)])
    assert not [item for item in plan.items if item.kind == "food"]
    assert any(
        minute(after.start) - minute(before.end) >= 60 and minute(before.end) <= 14 * 60
        for before, after in neighbours(plan)
    )


def test_food_that_is_wished_for_comes_at_meal_times():
    plan = planned(wishes(2, interests=FOOD), [*town(8), *restaurants(4)])
    meals = [item for item in plan.items if item.kind == "food"]
    assert {item.day for item in meals} == set(WEEK[:2])
    for meal in meals:
        assert 690 <= minute(meal.start) <= 840 or 1080 <= minute(meal.start) <= 1260
    assert all(item.reason.startswith(("lunch", "dinner")) for item in meals)


def test_people_eat_later_in_spain():
    spain = {"country_code": "ES", "timezone": "Europe/Madrid", "latitude": 40.4, "longitude": -3.7}
    eatery = replace(restaurants(1)[0], **spain)
    (meal,) = planned(wishes(1, interests=FOOD), [eatery]).items
    assert minute(meal.start) >= 13 * 60


def test_bans_are_kept_and_named_places_are_preferred():
    places = [*town(12), place("gift-shop", kind="market", interests=frozenset({"shopping"}))]
    assert "gift-shop" in ids(planned(wishes(1, interests={"shopping": 1.0}), places))
    assert "gift-shop" not in ids(planned(wishes(1, avoid=frozenset({"shopping"})), places))
    assert "temple-00" not in ids(planned(wishes(3, avoid=frozenset({"Temple 00"})), places))
    assert "temple-00" in ids(planned(wishes(1, named_places=("Temple 00",)), places))
    assert "temple-00" not in ids(planned(wishes(1), places))


def test_the_bounds_of_the_day_are_kept():
    from_ten = wishes(1, day_start=time.fromisoformat("10:00"), day_end=time.fromisoformat("14:00"))
    items = planned(from_ten, town(8)).items
    assert items
    assert min(i.start for i in items) >= time.fromisoformat("10:00")
    assert max(i.end for i in items) <= time.fromisoformat("14:00")


def test_no_day_spans_more_than_sixteen_hours():
    night_owl = wishes(
        1, day_start=time.fromisoformat("05:00"), day_end=time.fromisoformat("23:59"), pace="full"
    )
    open_all_night = [place(f"t-{n}", hours="24/7", minutes=50) for n in range(6)]
    bars = [replace(r, hours="20:30-24:00") for r in restaurants(2)]
    made = planned(replace(night_owl, interests=FOOD), [*open_all_night, *bars])
    assert minute(made.items[-1].end) - minute(made.items[0].start) <= 16 * 60
    assert not [note for note in made.notes if "last check" in note]


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_no_day_goes_back_and_forth(seed):
    rng = Random(seed)
    scattered = [
        place(f"p-{n}", at=(rng.uniform(-8, 8), rng.uniform(-8, 8)), prominence=rng.randint(1, 5))
        for n in range(14)
    ]
    eateries = [replace(r, latitude=rng.uniform(34.97, 35.03)) for r in restaurants(4)]
    where = {p.id: p.point for p in [*scattered, *eateries]}
    plan = planned(wishes(2, interests=FOOD), [*scattered, *eateries], seed=seed)
    for day in WEEK[:2]:
        way = [where[item.place_id] for item in on_day(plan, day)]
        assert route_metres(way) <= LONGEST_DETOUR * shortest_metres(way) + 1


def test_progress_is_told_and_may_cancel():
    class Cancelled(Exception):
        pass

    told: list[str] = []

    def tell(event: str, values: object) -> None:
        told.append(event)
        if len(told) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        plan(wishes(2), town(8), [], seed=1, progress=tell)
    assert told == ["wishes", "candidates", "day", "day"]


def test_items_say_why_and_on_what_evidence():
    first, second = planned(
        wishes(1, interests={"temple": 1.0}), [place("a"), place("b", at=(1, 0))]
    ).items
    assert first.reason == "temple, as wished; first visit of the day; usually open 09:00–17:00"
    assert (
        second.reason
        == f"temple, as wished; 8 min walk from {first.title} (estimate); usually open 09:00–17:00"
    )
    assert {e.field for e in first.evidence} == {"position", "minutes", "hours"}
    assert {(e.source, e.source_id) for e in first.evidence} == {("test", first.place_id)}
    assert len({first.key, second.key}) == 2


def test_days_far_away_are_left_out():
    plan = planned(wishes(2), [*town(4), place("other-city", at=(200, 0), prominence=5)])
    assert "other-city" not in ids(plan)
    assert MONDAY in {item.day for item in plan.items}
