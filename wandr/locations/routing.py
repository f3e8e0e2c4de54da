"""How far and how long: estimates from the great circle, in the place of a router.

The way is the straight distance times a detour; its first kilometres are slow, the rest is fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from wandr.locations.sphere import Point, distance_m


@dataclass(frozen=True)
class Mode:
    """`bands` are (metres of the way, km/h), slowest first; the last speed holds to the end."""

    detour: float
    overhead_s: int
    bands: tuple[tuple[float, float], ...]


END = float("inf")
MODES: Mapping[str, Mode] = {
    "walk": Mode(1.25, 0, ((END, 4.7),)),
    "bicycle": Mode(1.3, 60, ((END, 15),)),
    "transit": Mode(1.4, 360, ((15_000, 22), (100_000, 55), (END, 110))),
    "car": Mode(1.35, 180, ((10_000, 28), (50_000, 60), (END, 95))),
    "flight": Mode(1.05, 3 * 3600, ((200_000, 400), (END, 820))),  # both airports' queues included
}


LONGEST_WALK_S = 25 * 60
FLOWN_M = 500_000


@dataclass(frozen=True)
class Leg:
    """One way between two points; `estimate` because no router was asked."""

    distance_m: int
    duration_s: int
    source: str = "estimate"
    estimate: bool = True


def estimate_leg(start: Point, end: Point, mode: str) -> Leg:
    """The way from one point to another in one of `MODES`; no distance takes no time."""
    means = MODES[mode]
    way = distance_m(start, end) * means.detour
    if way < 1:
        return Leg(0, 0)
    seconds, reached = float(means.overhead_s), 0.0
    for limit, speed in means.bands:
        part = min(way, limit) - reached
        seconds += part / (speed / 3.6)
        reached += part
        if reached >= way:
            break
    return Leg(round(way), round(seconds))


def usual_mode(start: Point, end: Point) -> str:
    """How most people go: on foot while it takes no longer than 25 minutes, from 500 km by air,
    else by public transport."""
    if estimate_leg(start, end, "walk").duration_s <= LONGEST_WALK_S:
        return "walk"
    return "flight" if distance_m(start, end) >= FLOWN_M else "transit"


def estimate_route(points: Sequence[Point], mode: str) -> list[Leg]:
    """The legs between consecutive points."""
    return [estimate_leg(start, end, mode) for start, end in pairwise(points)]


def estimate_matrix(points: Sequence[Point], mode: str) -> list[list[Leg]]:
    """Every point to every point, in rows by start."""
    return [[estimate_leg(start, end, mode) for end in points] for start in points]
