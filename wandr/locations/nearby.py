"""What is near a point, in order of distance: one walk of the spatial index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Float, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from wandr.extensions import db
from wandr.locations.kinds import CITY, SIGHT, kinds_meant
from wandr.locations.models import PLACE, Location, unit_vector
from wandr.locations.sphere import Point, chord_of_metres, metres_of_chord

IS_PUBLIC = Location.created_by.is_(None)


class Neighbour(NamedTuple):
    """A location and how far it is, in metres."""

    location: Location
    distance_m: float


def neighbours(
    point: Point,
    *,
    radius_m: float,
    kind: str | None = None,
    limit: int = 20,
    viewer_id: UUID | None = None,
) -> list[Neighbour]:
    """Public places and the viewer's own within the radius, the nearest first."""
    wanted = _of_kind(kind)
    found = _within(point, radius_m, limit, IS_PUBLIC, *wanted)
    if viewer_id is not None:
        found += _within(point, radius_m, limit, Location.created_by == viewer_id, *wanted)
    return sorted(found, key=lambda one: (one.distance_m, str(one.location.id)))[:limit]


def sights_within(point: Point, radius_m: float, limit: int) -> list[Neighbour]:
    """Sights known well enough to be proposed, the nearest first."""
    is_known = Location.attributes.has_key("prominence")
    return _within(point, radius_m, limit, IS_PUBLIC, *_of_kind(SIGHT), is_known)


def closest_city(point: Point) -> Neighbour | None:
    """The nearest city, however far. None when no city is loaded."""
    return closest_cities([point])[0]


def closest_cities(points: Sequence[Point]) -> list[Neighbour | None]:
    """The nearest city of each point, by one statement."""
    latitudes, longitudes = ([one[axis] for one in points] for axis in (0, 1))
    degrees = ARRAY(Float)
    asked = (
        func.unnest(cast(latitudes, degrees), cast(longitudes, degrees))
        .table_valued("latitude", "longitude", with_ordinality="number", name="asked")
        .render_derived()
    )
    chord = PLACE.op("<->")(unit_vector(asked.c.latitude, asked.c.longitude)).label("chord")
    nearest = (
        select(Location.id, chord)
        .where(IS_PUBLIC, Location.kind == CITY)
        .order_by(chord)
        .limit(1)
        .correlate(asked)
        .lateral("nearest")
    )
    statement = (
        select(asked.c.number, Location, nearest.c.chord)
        .select_from(asked)
        .join(nearest, true())
        .join(Location, Location.id == nearest.c.id)
    )
    found = {
        number: Neighbour(location, metres_of_chord(distance))
        for number, location, distance in db.session.execute(statement)
    }
    return [found.get(number) for number in range(1, len(points) + 1)]


def chord_to(point: Point) -> ColumnElement[float]:
    """The straight distance through the unit sphere; ordering by it walks the index."""
    return PLACE.op("<->")(unit_vector(*point))


def _of_kind(kind: str | None) -> list[ColumnElement[bool]]:
    kinds = kinds_meant(kind)
    return [] if kinds is None else [Location.kind.in_(kinds)]


def _within(
    point: Point, radius_m: float, limit: int, *conditions: ColumnElement[bool]
) -> list[Neighbour]:
    reach, chord = chord_of_metres(radius_m), chord_to(point)
    box: Any = func.cube_enlarge(unit_vector(*point), reach, 3)
    statement = (
        select(Location, chord)
        .where(box.op("@>")(PLACE), chord <= reach, *conditions)
        .order_by(chord)
        .limit(limit)
    )
    rows = db.session.execute(statement)
    return [Neighbour(location, metres_of_chord(chord)) for location, chord in rows]
