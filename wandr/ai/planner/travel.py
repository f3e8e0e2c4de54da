"""How long it takes from here to there: an estimate from the straight line, and labelled as one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

from wandr.ai.planner.model import LONGEST_WALK_MINUTES, Point

EARTH_RADIUS_M: Final = 6_371_009
UNKNOWN_LEG_MINUTES: Final = 20
WITHIN_A_CITY_METRES: Final = 25_000
FLOWN_METRES: Final = 500_000


@dataclass(frozen=True)
class Leg:
    """A way between two points. `metres` is the straight line, `minutes` the door-to-door guess."""

    minutes: int
    metres: float
    mode: str


@dataclass(frozen=True)
class Mode:
    """`detour` is street over straight line, `overhead` the minutes of access and waiting."""

    name: str
    detour: float
    metres_per_minute: float
    overhead: int


# Streets are about 1.3 times longer than the straight line: Newell, Traffic Flow on Transportation
# Networks (1980), and about 1.2 between cities: Ballou et al., Transportation Research A 36 (2002).
WALK = Mode("walk", detour=1.3, metres_per_minute=80, overhead=0)
TRANSIT = Mode("transit", detour=1.3, metres_per_minute=300, overhead=12)
TRAIN = Mode("train", detour=1.2, metres_per_minute=1300, overhead=35)
FLIGHT = Mode("flight", detour=1.1, metres_per_minute=11_500, overhead=200)


def metres_between(a: Point, b: Point) -> float:
    """Great-circle distance by the haversine formula (Sinnott 1984), in metres."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, half)))


@lru_cache(maxsize=65536)
def leg_between(a: Point | None, b: Point | None, longest_walk: int = LONGEST_WALK_MINUTES) -> Leg:
    """The way from a to b: on foot while that is short, else by public transport,
    and from 500 km on by air, airports included.

    To or from an unknown point a margin is allowed. Who cannot walk that far does not get there
    sooner than who does.
    """
    if a is None or b is None:
        return Leg(UNKNOWN_LEG_MINUTES, 0.0, "unknown")
    metres = metres_between(a, b)
    walk = _minutes(WALK, metres)
    if walk <= longest_walk:
        return Leg(walk, metres, WALK.name)
    if walk <= LONGEST_WALK_MINUTES:
        return Leg(max(walk, _minutes(TRANSIT, metres)), metres, TRANSIT.name)
    mode = TRANSIT if metres < WITHIN_A_CITY_METRES else TRAIN
    mode = FLIGHT if metres >= FLOWN_METRES else mode
    return Leg(_minutes(mode, metres), metres, mode.name)


def _minutes(mode: Mode, metres: float) -> int:
    return mode.overhead + ceil(metres * mode.detour / mode.metres_per_minute)
