"""The judge of plans. It imports nothing from `wandr`: what is wrong is defined here once more.

Definitions, each by its code: see `CHECKS`. Ways are judged by what is hardly beatable (80 m a minute
on foot; by anything else five minutes and 25 km/h, beyond ten kilometres 60 km/h; streets 1.15 times
the straight line), so that a plan is not found wrong for another estimate. Hours are those of the
catalogue, with public holidays and the closures that the trip was told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

FARTHEST_KM = 60.0
LONGEST_DAY = 16 * 60
DETOUR = 1.25
MOST_A_DAY = {"relaxed": (5, 300), "normal": (7, 420), "full": (9, 540)}  # visits, minutes
SHORTEST_SHARE = 0.5  # of a typical visit
MEAL = 45
NO_CALENDAR = ("IN", "SG", "TH", "TW")  # countries whose holidays are not known here


@dataclass(frozen=True)
class Known:
    """A row of the catalogue."""

    id: str
    name: str
    kind: str
    interests: frozenset[str]
    latitude: float
    longitude: float
    hours: str
    minutes: int
    country: str
    zone: str


@dataclass(frozen=True)
class Visit:
    """A part of a plan; an anchor when the trip held it before."""

    place_id: str
    title: str
    day: date
    start: time
    end: time
    is_anchor: bool = False
    point: tuple[float, float] | None = None

    @property
    def span(self) -> tuple[int, int]:
        return self.start.hour * 60 + self.start.minute, self.end.hour * 60 + self.end.minute


@dataclass(frozen=True)
class Journey:
    """What was asked for."""

    city: tuple[float, float]
    days: tuple[date, ...]
    pace: str = "normal"
    avoid: frozenset[str] = frozenset()
    closures: Mapping[str, frozenset[date]] = None  # type: ignore[assignment]
    anchors: tuple[Visit, ...] = ()
    must: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Violation:
    code: str
    what: str


@dataclass(frozen=True)
class Case:
    """A plan before the judge: what was asked, what is known, what was proposed."""

    journey: Journey
    known: Mapping[str, Known]
    visits: tuple[Visit, ...]

    def day(self, day: date) -> list[Visit]:
        """All of a day, anchors included, in order of time."""
        every = (*self.visits, *self.journey.anchors)
        return sorted((one for one in every if one.day == day), key=lambda one: one.span)

    def days(self) -> list[date]:
        return sorted({one.day for one in self.visits})

    def point(self, visit: Visit) -> tuple[float, float] | None:
        row = self.known.get(visit.place_id)
        return (row.latitude, row.longitude) if row else visit.point


def judge(case: Case) -> list[Violation]:
    """All that is wrong with a plan."""
    return [Violation(code, what) for code, check in CHECKS.items() for what in check(case)]


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))


def least_minutes(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Of the way between two points, hardly beatable."""
    street = kilometres(a, b) * 1.15
    in_town, beyond = min(street, 10.0), max(0.0, street - 10.0)
    return min(street / 0.08, 5 + in_town / 25 * 60 + beyond)


def _grounded(case: Case) -> Iterator[str]:
    for one in case.visits:
        row = case.known.get(one.place_id)
        if row is None or row.name != one.title:
            yield f"{one.title} is not in the catalogue"


def _in_dates(case: Case) -> Iterator[str]:
    for one in case.visits:
        if one.day not in case.journey.days:
            yield f"{one.title} on {one.day}"


def _in_order(case: Case) -> Iterator[str]:
    for one in case.visits:
        row = case.known.get(one.place_id)
        minutes = one.span[1] - one.span[0]
        if minutes <= 0 or (row and minutes < SHORTEST_SHARE * row.minutes):
            yield f"{one.title} takes {minutes} min"


def _apart(case: Case) -> Iterator[str]:
    for day in case.days():
        for a, b in combinations(case.day(day), 2):
            if not (a.is_anchor and b.is_anchor) and b.span[0] < a.span[1]:
                yield f"{a.title} and {b.title} on {day}"


def _reachable(case: Case) -> Iterator[str]:
    for day in case.days():
        for a, b in pairwise(case.day(day)):
            here, there = case.point(a), case.point(b)
            if here is None or there is None or (a.is_anchor and b.is_anchor):
                continue
            gap = b.span[0] - a.span[1]
            if 0 <= gap < least_minutes(here, there):
                yield f"{a.title} to {b.title} in {gap} min"


def _open(case: Case) -> Iterator[str]:
    for one in case.visits:
        row = case.known.get(one.place_id)
        if row is None:
            continue
        if one.day in (case.journey.closures or {}).get(one.place_id, ()):
            yield f"{one.title} is closed on {one.day}"
        elif row.hours and not is_open(row, one):
            yield f"{one.title} on {one.day:%a} {one.day} {one.start}-{one.end}: {row.hours}"


def is_open(row: Known, visit: Visit) -> bool:
    hours = OpeningHours(
        row.hours,
        timezone=ZoneInfo(row.zone),
        country=row.country if row.country not in NO_CALENDAR else None,
        coords=(row.latitude, row.longitude),
        auto_country=False,
    )
    at = datetime.combine(visit.day, visit.start)
    until = datetime.combine(visit.day, visit.end)
    while at < until:
        if not hours.is_open(at):
            return False
        at += timedelta(minutes=5)
    return True


def _once(case: Case) -> Iterator[str]:
    every = [*case.visits, *case.journey.anchors]
    for a, b in combinations(every, 2):
        if a.place_id and a.place_id == b.place_id and not (a.is_anchor and b.is_anchor):
            yield a.title


def _short(case: Case) -> Iterator[str]:
    for day in case.days():
        found = case.day(day)
        if max(one.span[1] for one in found) - found[0].span[0] > LONGEST_DAY:
            yield f"{day}"


def _allowed(case: Case) -> Iterator[str]:
    for one in case.visits:
        row = case.known.get(one.place_id)
        if row and case.journey.avoid & {row.kind, *row.interests}:
            yield f"{one.title} is {row.kind}"


def _near(case: Case) -> Iterator[str]:
    for one in case.visits:
        point = case.point(one)
        if point and kilometres(point, case.journey.city) > FARTHEST_KM:
            yield one.title


def _direct(case: Case) -> Iterator[str]:
    """Of days without anchors, whose times leave no choice: the way against the best order."""
    for day in case.days():
        found = case.day(day)
        points = [point for one in found if (point := case.point(one))]
        if any(one.is_anchor for one in found) or len(points) < 3:
            continue
        length = sum(kilometres(a, b) for a, b in pairwise(points))
        if length > DETOUR * shortest(points) + 0.001:
            yield f"{day}: {length:.1f} km of {shortest(points):.1f}"


def shortest(points: Sequence[tuple[float, float]]) -> float:
    """The shortest open way through all points, by dynamic programming over subsets."""
    count = len(points)
    best = {(1 << i, i): 0.0 for i in range(count)}
    for size in range(2, count + 1):
        for subset in combinations(range(count), size):
            bits = sum(1 << i for i in subset)
            for last in subset:
                rest = bits & ~(1 << last)
                best[bits, last] = min(
                    best[rest, i] + kilometres(points[i], points[last]) for i in subset if i != last
                )
    return min(best[(1 << count) - 1, i] for i in range(count))


def _easy(case: Case) -> Iterator[str]:
    most_visits, most_minutes = MOST_A_DAY[case.journey.pace]
    for day in case.days():
        visits = [one for one in case.visits if one.day == day]
        minutes = sum(one.span[1] - one.span[0] for one in visits)
        if len(visits) > most_visits or minutes > most_minutes:
            yield f"{day}: {len(visits)} visits, {minutes} min"


def _fed(case: Case) -> Iterator[str]:
    """Around noon, a meal is planned or three quarters of an hour are free."""
    for day in case.days():
        found = case.day(day)
        eats = any(
            (row := case.known.get(one.place_id)) and row.kind in ("food", "market")
            and one.span[0] < 15 * 60 and one.span[1] > 11 * 60 + 30
            for one in found
        )  # fmt: skip
        busy = [one.span for one in found if one.span[1] > 11 * 60 + 30 and one.span[0] < 16 * 60]
        if eats or not busy or busy[0][0] - (11 * 60 + 30) >= MEAL or busy[-1][1] <= 15 * 60 + 30:
            continue
        if not any(b[0] - a[1] >= MEAL for a, b in pairwise(busy)):
            yield f"{day}"


def _wished(case: Case) -> Iterator[str]:
    planned = {one.place_id for one in case.visits}
    for place_id in case.journey.must - planned:
        yield case.known[place_id].name


CHECKS: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "ungrounded": _grounded,
    "outside_dates": _in_dates,
    "too_short": _in_order,
    "overlap": _apart,
    "no_time_for_the_way": _reachable,
    "closed": _open,
    "twice": _once,
    "long_day": _short,
    "banned": _allowed,
    "too_far": _near,
    "back_and_forth": _direct,
    "too_packed": _easy,
    "no_lunch": _fed,
    "wish_left_out": _wished,
}
