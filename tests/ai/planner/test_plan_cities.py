"""Several cities: the order, the days, the ways between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time, timedelta
from typing import Any

import pytest

from tests.ai.planner.building import WEEK, place, stop, wishes
from wandr.ai.planner.cities import SETTLING_IN, City, apart, divide, plan_cities
from wandr.ai.planner.model import Place, Stop
from wandr.ai.planner.travel import metres_between

SOUTH = City("South", (35.0, 135.75))
MIDDLE = City("Middle", (36.5, 135.75))
NORTH = City("North", (38.0, 135.75))
SUBURB = City("Suburb", (35.1, 135.75))


def sights(city: City, count: int) -> list[Place]:
    latitude, longitude = city.point
    return [
        replace(
            place(f"{city.name.lower()}-{n}", at=(n // 3, n % 3), prominence=1 + n % 5),
            latitude=latitude + 0.004 * (n // 3),
            longitude=longitude + 0.004 * (n % 3),
        )
        for n in range(count)
    ]


ALL = [*sights(SOUTH, 12), *sights(MIDDLE, 12), *sights(NORTH, 12)]


def shares(*cities: City, days: int, places: Any = ALL, stops: Any = ()) -> dict[str, int]:
    found = divide(wishes(days), cities, places, stops)
    assert [day for one in found for day in one.days] == list(WEEK[:days])
    return {one.city.name: len(one.days) for one in found}


def test_the_order_is_the_shortest_from_the_first() -> None:
    assert list(shares(SOUTH, NORTH, MIDDLE, days=3)) == ["South", "Middle", "North"]
    assert list(shares(NORTH, SOUTH, MIDDLE, days=3)) == ["North", "Middle", "South"]


def test_days_follow_what_there_is_to_see() -> None:
    assert shares(SOUTH, NORTH, days=4) == {"South": 2, "North": 2}
    few = [*sights(SOUTH, 12), *sights(NORTH, 2)]
    assert shares(SOUTH, NORTH, days=4, places=few) == {"South": 3, "North": 1}
    assert shares(SOUTH, NORTH, days=2, places=sights(SOUTH, 12)) == {"South": 1, "North": 1}


def test_where_days_are_few_the_last_cities_go_and_are_told() -> None:
    assert shares(SOUTH, MIDDLE, NORTH, days=2) == {"South": 1, "Middle": 1}
    plan = plan_cities(wishes(2), [SOUTH, MIDDLE, NORTH], ALL, [], seed=1)
    assert "No day is left for: North." in plan.notes


def test_what_is_fixed_on_a_day_binds_it_to_its_city() -> None:
    booked = stop("hotel", WEEK[1], kind="stay", latitude=38.0, longitude=135.75)
    assert shares(SOUTH, NORTH, days=4, stops=[booked]) == {"South": 1, "North": 3}
    late = stop("dinner", WEEK[2], "19:00", "21:00", latitude=35.0, longitude=135.75)
    assert shares(SOUTH, NORTH, days=4, stops=[late]) == {"South": 3, "North": 1}


def test_suburbs_are_no_cities_of_their_own() -> None:
    assert apart([SOUTH, SUBURB, NORTH]) == [SOUTH, NORTH]


def plan_of(days: int, *cities: City, stops: Any = (), **more: Any) -> Any:
    return plan_cities(wishes(days, **more), cities, ALL, list[Stop](stops), seed=1)


def test_every_visit_is_in_the_city_of_its_day() -> None:
    plan = plan_of(4, SOUTH, NORTH)
    by_id = {one.id: one for one in ALL}
    for item in plan.items:
        city = SOUTH if item.day in WEEK[:2] else NORTH
        assert metres_between(by_id[item.place_id].point, city.point) < 25_000
    assert {item.day for item in plan.items} == set(WEEK[:4])
    assert len({item.place_id for item in plan.items}) == len(plan.items)
    assert any("South 2027-03-01 to 2027-03-03, North 2027-03-03 to" in one for one in plan.notes)


def test_visits_begin_after_the_way_to_the_next_city() -> None:
    plan = plan_of(4, SOUTH, NORTH)
    (way,) = plan.transfers
    assert (way.origin, way.destination, way.start.date()) == ("South", "North", WEEK[2])
    assert way.minutes > 120
    first = min(item.start for item in plan.items if item.day == WEEK[2])
    assert first >= way.end.time()
    assert min(item.start for item in plan.items if item.day == WEEK[3]) < way.end.time()


def test_the_way_begins_when_days_do() -> None:
    (way,) = plan_of(4, SOUTH, NORTH, day_start=time(11)).transfers
    assert way.start.time() == time(11)


def test_each_end_of_a_way_is_told_by_its_own_clock() -> None:
    east, west = replace(SOUTH, timezone="Asia/Tokyo"), replace(NORTH, timezone="Asia/Shanghai")
    (way,) = plan_of(4, east, west).transfers
    passed = way.end.astimezone(UTC) - way.start.astimezone(UTC)
    assert passed == timedelta(minutes=way.minutes + SETTLING_IN)
    assert way.end.utcoffset() == timedelta(hours=8)


def test_a_day_that_ends_on_the_way_has_no_visits() -> None:
    antipode = City("Antipode", (-35.0, -44.0), "America/Sao_Paulo")
    there = sights(antipode, 6)
    plan = plan_cities(
        wishes(4), [replace(SOUTH, timezone="Asia/Tokyo"), antipode], [*ALL, *there], [], seed=1
    )
    (way,) = plan.transfers
    assert way.minutes > 24 * 60
    visited = {item.day for item in plan.items if item.place_id.startswith("antipode")}
    assert way.start.date() not in visited
    assert all(item.start >= way.end.time() for item in plan.items if item.day == way.end.date())


@pytest.mark.parametrize("cities", [[SOUTH], [SOUTH, SUBURB]])
def test_one_city_has_no_transfers(cities: list[City]) -> None:
    plan = plan_of(2, *cities)
    assert (plan.transfers, bool(plan.items)) == ((), True)


def test_without_days_there_is_nothing() -> None:
    plan = plan_of(0, SOUTH, NORTH)
    assert (plan.items, plan.transfers) == ((), ())


def test_the_same_again_is_the_same() -> None:
    assert plan_of(5, SOUTH, MIDDLE, NORTH) == plan_of(5, SOUTH, MIDDLE, NORTH)
