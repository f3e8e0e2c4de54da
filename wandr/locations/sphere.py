"""Distances on the Earth, taken as a sphere: right to half a percent, at every latitude."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8


class Point(NamedTuple):
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


def distance_m(start: Point, end: Point) -> float:
    """The great-circle distance in metres."""
    a, b = _vector(start), _vector(end)
    return metres_of_chord(math.dist(a, b))


def metres_of_chord(chord: float) -> float:
    """The way over ground that a straight line through the unit sphere (0..2) stands for."""
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, chord / 2))


def chord_of_metres(metres: float) -> float:
    """The inverse of `metres_of_chord`, up to half around the Earth."""
    return 2 * math.sin(min(math.pi / 2, metres / (2 * EARTH_RADIUS_M)))


def _vector(point: Point) -> tuple[float, float, float]:
    latitude, longitude = math.radians(point.latitude), math.radians(point.longitude)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)
