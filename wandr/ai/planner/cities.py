"""Several cities: in which order, on which days, and when one has arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise, permutations
from typing import Final
from zoneinfo import ZoneInfo

from wandr.ai.planner.frames import PACES
from wandr.ai.planner.model import Place, Plan, Point, Progress, Stop, Transfer, Wishes
from wandr.ai.planner.planner import no_progress, plan
from wandr.ai.planner.scoring import value_of
from wandr.ai.planner.travel import leg_between, metres_between
from wandr.ai.planner.visits import clock

MOST_CITIES: Final = 6
ONE_CITY_M: Final = 25_000  # nearer ones are one destination
NEAR_M: Final = 60_000  # what is so near a city is seen from there; what is fixed binds its day
BEST_SIGHTS: Final = 30  # of a city that say how many days it deserves
SETTLING_IN: Final = 30  # minutes, after arriving
BROKEN_ANCHOR: Final = 1000


@dataclass(frozen=True)
class City:
    """A destination."""

    name: str
    point: Point
    timezone: str = "UTC"


@dataclass(frozen=True)
class Sojourn:
    """The days, one after the other, in a city."""

    city: City
    days: tuple[date, ...]


def plan_cities(
    wishes: Wishes,
    cities: Sequence[City],
    places: Sequence[Place],
    stops: Sequence[Stop],
    *,
    seed: int,
    progress: Progress = no_progress,
) -> Plan:
    """Divide the days between the cities and plan each of them, as `plan` does.

    The way to the next city is a transfer in the morning; visits begin after it.
    """
    sojourns = divide(wishes, apart(cities), places, stops)
    near = _places_by_city([one.city for one in sojourns], places)
    transfers = list(_transfers(sojourns, wishes))
    arrivals = _arrivals(transfers)
    plans = [
        plan(
            replace(wishes, days=one.days, spare_days=(), arrivals=arrivals),
            near[one.city],
            [stop for stop in stops if stop.day in one.days or stop.day is None],
            seed=seed,
            base=one.city.point,
            progress=progress,
        )
        for one in sojourns
    ]
    return Plan(
        items=tuple(item for one in plans for item in one.items),
        notes=tuple(_notes(wishes, cities, sojourns, plans)),
        transfers=tuple(transfers),
    )


def apart(cities: Sequence[City]) -> list[City]:
    """The cities without those that lie so near another that one stays in only one of them."""
    kept: list[City] = []
    for city in cities:
        if all(metres_between(city.point, one.point) > ONE_CITY_M for one in kept):
            kept.append(city)
    return kept[:MOST_CITIES]


def divide(
    wishes: Wishes, cities: Sequence[City], places: Sequence[Place], stops: Sequence[Stop]
) -> list[Sojourn]:
    """Which days where: in the shortest order from the first city on, days by what there is to see
    (D'Hondt), and no day away from what is fixed on it. Where days are few, the last cities go."""
    days = sorted(set(wishes.days))
    order = _shortest(cities[: len(days)])
    if not order:
        return []
    wanted = _shares(order, places, wishes, len(days))
    anchors = {day: city for day in days if (city := _anchor(day, order, stops)) is not None}

    def cost(counts: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        where = [index for index, count in enumerate(counts) for _ in range(count)]
        broken = sum(anchors.get(day, at) != at for day, at in zip(days, where, strict=True))
        off = sum(abs(count - want) for count, want in zip(counts, wanted, strict=True))
        return off + BROKEN_ANCHOR * broken, counts

    counts = min(_compositions(len(days), len(order)), key=cost)
    ends = [sum(counts[: index + 1]) for index in range(len(counts))]
    return [
        Sojourn(city, tuple(days[end - count : end]))
        for city, count, end in zip(order, counts, ends, strict=True)
    ]


def _shortest(cities: Sequence[City]) -> list[City]:
    """The order of the shortest way that begins with the first."""
    if not cities:
        return []
    first, *others = cities
    orders = [[first, *rest] for rest in permutations(others)]
    return min(orders, key=lambda order: sum(
        metres_between(a.point, b.point) for a, b in pairwise(order)
    ))  # fmt: skip


def _shares(
    cities: Sequence[City], places: Sequence[Place], wishes: Wishes, days: int
) -> list[int]:
    """A day for each, and each further day where most is left to see for it."""
    near = _places_by_city(cities, places)
    worth = [_worth(near[city], wishes) for city in cities]
    counts = [1] * len(cities)
    for _ in range(days - len(cities)):
        best = max(range(len(cities)), key=lambda index: worth[index] / (counts[index] + 1))
        counts[best] += 1
    return counts


def _worth(places: Sequence[Place], wishes: Wishes) -> float:
    values = sorted((value_of(one, wishes, frozenset()) for one in places), reverse=True)
    return sum(values[:BEST_SIGHTS])


def _places_by_city(cities: Sequence[City], places: Sequence[Place]) -> Mapping[City, list[Place]]:
    """Each place with the city that it is nearest to, where that is near enough."""
    near: dict[City, list[Place]] = {city: [] for city in cities}
    for place in places if cities else ():
        away, index = min(
            (metres_between(one.point, place.point), n) for n, one in enumerate(cities)
        )
        if away <= NEAR_M:
            near[cities[index]].append(place)
    return near


def _anchor(day: date, cities: Sequence[City], stops: Sequence[Stop]) -> int | None:
    """The city to which a day is bound by what is fixed on it."""
    points = [stop.point for stop in stops if stop.day == day and stop.point]
    found = [
        index
        for index, city in enumerate(cities)
        if any(metres_between(city.point, point) <= NEAR_M for point in points)
    ]
    return found[0] if len(found) == 1 else None


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as a sum of so many positive ones, in order."""
    for cuts in combinations(range(1, total), parts - 1):
        bounds = (0, *cuts, total)
        yield tuple(high - low for low, high in pairwise(bounds))


def _transfers(sojourns: Sequence[Sojourn], wishes: Wishes) -> Iterator[Transfer]:
    """The ways between cities, each begun in the morning, each end by the clock of its city."""
    begin = wishes.day_start or clock(PACES[wishes.pace].start)
    for before, after in pairwise(sojourns):
        way = leg_between(before.city.point, after.city.point)
        start = datetime.combine(after.days[0], begin, ZoneInfo(before.city.timezone))
        there = start.astimezone(UTC) + timedelta(minutes=way.minutes + SETTLING_IN)
        yield Transfer(
            before.city.name,
            after.city.name,
            start=start,
            end=there.astimezone(ZoneInfo(after.city.timezone)),
            minutes=way.minutes,
        )


def _arrivals(transfers: Sequence[Transfer]) -> dict[date, time]:
    """From when on one is there; on a day that ends on the way, not at all."""
    on_the_way = {
        one.start.date(): time.max for one in transfers if one.end.date() > one.start.date()
    }
    return on_the_way | {one.end.date(): one.end.time() for one in transfers}


def _notes(
    wishes: Wishes, cities: Sequence[City], sojourns: Sequence[Sojourn], plans: Sequence[Plan]
) -> Iterator[str]:
    if len(sojourns) > 1:
        nights = ", ".join(f"{one.city.name} {_told(one)}" for one in sojourns)
        yield f"Where you sleep: {nights}."
    lost = [one.name for one in apart(cities) if all(one != s.city for s in sojourns)]
    if lost:
        yield f"No day is left for: {', '.join(lost)}."
    yield from dict.fromkeys(note for one in plans for note in one.notes)


def _told(sojourn: Sojourn) -> str:
    """The nights: to the morning after the last day there."""
    first, last = sojourn.days[0], sojourn.days[-1] + timedelta(days=1)
    return f"{first} to {last}"
