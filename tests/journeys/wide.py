"""Made-up trips through two or three cities, with a budget for all, planned and judged."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random

from tests.journeys.judge import Case, Journey, Known, Visit, judge, kilometres
from tests.journeys.made_up import ATLAS, PROMPTS, STARTS, catalogue, cities, middle_of
from tests.journeys.planning import place_of
from wandr.ai.planner.cities import City
from wandr.ai.planner.journey import plan_journey
from wandr.ai.planner.wishes import read_wishes

EUR_A_PERSON = (0, 10, 20, 35, 70)  # by price band
APART_KM, AWAY_KM = 60.0, 900.0
FASTEST_KMH = 300.0
ELSEWHERE = frozenset({"too_far"})  # held against one city: see `_scattered`


@dataclass(frozen=True)
class Wide:
    """A trip through several cities; `budget` in euro is for the whole party."""

    seed: int
    names: tuple[str, ...]
    case: Case
    budget: int
    party: int


def wide(seed: int) -> Wide:
    """The trip of a seed, planned."""
    dice = Random(seed)
    names = _cities(dice)
    sights = {one: catalogue()[one] for name in names for one in cities()[name]}
    first, length = dice.choice(STARTS), dice.randint(len(names), 10)
    days = tuple(first + timedelta(days=n) for n in range(length))
    pace, party = dice.choice(["relaxed", "normal", "full"]), dice.randint(1, 6)
    budget = dice.choice([0, 30, 100, 300]) * length
    form = {"pace": pace, "party": party, "budget_minor": 100 * budget + 1, "currency": "EUR"}
    wishes = read_wishes(dice.choice(PROMPTS), form, trip_days=days)
    where = [City(name, _middle(name)) for name in names]
    places = [place_of(one) for one in sights.values()]
    plan = plan_journey(wishes, where, places, [], seed=seed)
    visits = tuple(
        Visit(one.place_id, one.title, one.day, one.start, one.end) for one in plan.items
    )
    journey = Journey(_middle(names[0]), days, pace)
    return Wide(seed, names, Case(journey, sights, visits), budget, party)


def violations_of(trip: Wide) -> list[str]:
    """What the judge finds in it, and what is wrong about its cities and its costs."""
    found = [f"{one}" for one in judge(trip.case) if one.code not in {*ELSEWHERE, "no_lunch"}]
    return [*found, *_scattered(trip), *_hasty(trip), *_unseen(trip), *_dear(trip)]


def _scattered(trip: Wide) -> Iterator[str]:
    """No day is in two cities, and no city is come back to."""
    stays = [near for day in trip.case.days() if len(near := cities_of(trip, day)) == 1]
    for day in trip.case.days():
        if len(cities_of(trip, day)) != 1:
            yield f"scattered: {day}"
    order = [next(iter(one)) for one in stays]
    changes = sum(a != b for a, b in zip(order, order[1:], strict=False))
    if changes != len(set(order)) - 1:
        yield f"back and forth between cities: {order}"


def cities_of(trip: Wide, day: object) -> set[str]:
    """The cities that all visits of the day are near to; the nearest of them."""
    visits = [one for one in trip.case.visits if one.day == day]
    return {
        min(trip.names, key=lambda name: kilometres(_middle(name), _point(trip, one)))
        for one in visits
    }


def _hasty(trip: Wide) -> Iterator[str]:
    """On a day with another city than the day before, nothing begins before one can be there."""
    days = trip.case.days()
    for before, day in zip(days, days[1:], strict=False):
        old, new = cities_of(trip, before), cities_of(trip, day)
        if len(old) == len(new) == 1 and old != new:
            way = kilometres(_middle(*old), _middle(*new)) / FASTEST_KMH * 60
            first = min(one.span[0] for one in trip.case.visits if one.day == day)
            if (day - before).days == 1 and first < 7 * 60 + way:
                yield f"hasty: {day} begins at {first // 60}:{first % 60:02}"


def _unseen(trip: Wide) -> Iterator[str]:
    """Every city gets a day."""
    seen = {name for day in trip.case.days() for name in cities_of(trip, day)}
    yield from (f"unseen: {name}" for name in trip.names if name not in seen)


def _dear(trip: Wide) -> Iterator[str]:
    """The bands of all visits, for everybody."""
    cost = sum(EUR_A_PERSON[_bands()[one.place_id]] for one in trip.case.visits) * trip.party
    if cost > trip.budget + 1:
        yield f"dear: {cost} of {trip.budget}"


@cache
def _bands() -> dict[str, int]:
    with ATLAS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: int(row["price_band"]) for row in csv.DictReader(file)}


def _cities(dice: Random) -> tuple[str, ...]:
    """Two or three cities, each at least an hour and at most a day from the others."""
    while True:
        names = dice.sample(sorted(cities()), dice.choice([2, 2, 3]))
        ways = [kilometres(_middle(a), _middle(b)) for a in names for b in names if a < b]
        if all(APART_KM < way < AWAY_KM for way in ways):
            return tuple(names)


@cache
def _middle(name: str) -> tuple[float, float]:
    return middle_of([catalogue()[one] for one in cities()[name]])


def _point(trip: Wide, visit: Visit) -> tuple[float, float]:
    row: Known = trip.case.known[visit.place_id]
    return row.latitude, row.longitude
