"""Trips through several cities: some are planned, and the judge of them finds what is planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from functools import cache
from itertools import pairwise

import pytest

from tests.journeys.judge import Visit
from tests.journeys.wide import Wide, cities_of, violations_of, wide


@cache
def trip() -> Wide:
    """One with two cities or more, and something that costs."""
    return next(one for one in map(wide, range(50)) if one.budget > 1000 and one.party > 1)


def with_visits(*visits: Visit) -> Wide:
    return replace(trip(), case=replace(trip().case, visits=visits))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_planned_holds(seed: int) -> None:
    assert violations_of(wide(seed)) == []


def test_a_day_in_two_cities_is_found() -> None:
    first, *others = trip().case.visits
    elsewhere = replace(others[-1], day=first.day, start=time(20), end=time(21))
    assert any(one.startswith("scattered") for one in violations_of(with_visits(
        first, *others[:-1], elsewhere)))  # fmt: skip


def test_a_city_that_is_come_back_to_is_found() -> None:
    visits = trip().case.visits
    days = sorted({one.day for one in visits})
    swapped = {days[0]: days[-1], days[-1]: days[0]}
    found = violations_of(
        with_visits(*(replace(one, day=swapped.get(one.day, one.day)) for one in visits))
    )
    assert len(days) < 3 or any("back and forth" in one or "hasty" in one for one in found)


def test_a_city_without_a_day_is_found() -> None:
    first = trip().case.visits[0]
    assert any(one.startswith("unseen") for one in violations_of(with_visits(first)))


def test_what_is_too_dear_is_found() -> None:
    assert any(one.startswith("dear") for one in violations_of(replace(trip(), budget=1)))


def test_who_arrives_before_they_can_is_found() -> None:
    changed = arrival_day(trip())
    early = (
        replace(one, start=time(4), end=time(5)) if one.day == changed else one
        for one in trip().case.visits
    )
    assert any(one.startswith("hasty") for one in violations_of(with_visits(*early)))


def arrival_day(of: Wide) -> date:
    days = of.case.days()
    return next(b for a, b in pairwise(days) if cities_of(of, a) != cities_of(of, b))
