"""Places for every door. Loaded ones are everyone's, custom ones their maker's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from wandr.base import new_id
from wandr.errors import Conflict, NotFound
from wandr.extensions import db
from wandr.locations.models import Location
from wandr.locations.names import fold, keys_of, tails
from wandr.locations.nearby import (
    Neighbour,
    closest_cities,
    closest_city,
    neighbours,
    sights_within,
)
from wandr.locations.search import find_by_name
from wandr.locations.sphere import Point

MAX_CUSTOM_PLACES = 1_000
OTHER_NAMES = "other_names"  # among the attributes of a custom place
INHERITED_WITHIN_M = 100_000
# In order, so that two who write the same never wait for each other.
CALLED_SO = text(
    """
    INSERT INTO location_names (location_id, name, kind, weight, forgiving, owner_id)
    SELECT location_id, name, kind, 1, true, owner_id FROM unnest(
        CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:kinds AS text[]),
        CAST(:owners AS uuid[])
    ) AS named (location_id, name, kind, owner_id)
    ON CONFLICT DO NOTHING
    """
)
COPIED = (
    "name", "kind", "latitude", "longitude", "country_code", "admin", "timezone", "hours",
    "source", "source_id", "attribution",
)  # fmt: skip


def find_location(location_id: UUID, viewer_id: UUID) -> Location:
    """A location by its id. Raises NotFound when missing, or another user's custom place."""
    location = db.session.get(Location, location_id)
    if location is None or location.created_by not in (None, viewer_id):
        raise NotFound
    return location


def location_copy(location: Location) -> dict[str, Any]:
    """What an activity keeps of its location, JSON-ready: readable by all who see the activity."""
    return {"id": str(location.id), **{name: getattr(location, name) for name in COPIED}}


def search_locations(
    text: str,
    *,
    viewer_id: UUID,
    near: tuple[float, float] | None = None,
    kind: str | None = None,
    limit: int = 10,
) -> list[Location]:
    """Places by name in any script, typos forgiven, the likeliest first.

    `near` is (latitude, longitude); `kind` may be "sight" for all kinds of sights.
    """
    point = None if near is None else Point(*near)
    return find_by_name(text, near=point, kind=kind, limit=limit, viewer_id=viewer_id)


def locations_near(
    latitude: float,
    longitude: float,
    *,
    radius_m: float,
    kind: str | None,
    limit: int,
    viewer_id: UUID,
) -> list[Neighbour]:
    """Places within a radius with their distances in metres, the nearest first."""
    point = Point(latitude, longitude)
    return neighbours(point, radius_m=radius_m, kind=kind, limit=limit, viewer_id=viewer_id)


def sights_near(
    latitude: float, longitude: float, radius_m: float = 60_000, limit: int = 200
) -> list[Location]:
    """Sights with prominence, minutes and interests in `attributes`, the nearest first."""
    found = sights_within(Point(latitude, longitude), radius_m, limit)
    return [neighbour.location for neighbour in found]


def nearest_city(latitude: float, longitude: float) -> Location | None:
    """The city whose country and time zone hold here, however far it is."""
    city = closest_city(Point(latitude, longitude))
    return None if city is None else city.location


def attributions() -> list[dict[str, Any]]:
    """Whom to thank for what is loaded: each source's attributions, and for how many places."""
    loaded = (
        select(Location.source, Location.attribution, func.count().label("places"))
        .where(Location.created_by.is_(None))
        .group_by(Location.source, Location.attribution)
        .order_by(Location.source, Location.attribution)
    )
    return [dict(row._mapping) for row in db.session.execute(loaded)]


def create_custom_place(maker_id: UUID, given: dict[str, Any]) -> Location:
    """Add a place of the user's own. Country, region and zone come from a city within 100 km.

    Raises Conflict beyond 1,000 places per user.
    """
    return create_custom_places(maker_id, [given])[0]


def create_custom_places(maker_id: UUID, given: Sequence[dict[str, Any]]) -> list[Location]:
    """Add several, all or none; as many statements as for one. Raises Conflict."""
    mine = select(func.count()).where(Location.created_by == maker_id)
    if (db.session.scalar(mine) or 0) + len(given) > MAX_CUSTOM_PLACES:
        raise Conflict(f"At most {MAX_CUSTOM_PLACES} places are yours.", code="too_many_places")
    inherited = inherited_at([Point(one["latitude"], one["longitude"]) for one in given])
    places = []
    for one, around in zip(given, inherited, strict=True):
        place_id = new_id()
        place = Location(
            id=place_id,
            source="custom",
            source_id=str(place_id),
            attribution="Added by a Wandr user",
            created_by=maker_id,
            **{**around, **one},
        )
        places.append(place)
    db.session.add_all(places)
    db.session.flush()
    make_findable(places)
    return places


def inherited_at(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Country, region, zone and context from the nearest city within 100 km, else None each."""
    return [_inherited(city) for city in closest_cities(points)]


def names_of(place: Location) -> list[str]:
    """What a custom place is called, its own name first, then those of what was merged into it."""
    return [place.name, *(place.attributes or {}).get(OTHER_NAMES, ())]


def keys_to(place: Location) -> set[str]:
    """The forms under which a custom place is found by its names."""
    names = names_of(place)
    return keys_of(names).union(*(tails(fold(one)) for one in names))


def make_findable(places: Sequence[Location]) -> None:
    """Write the names by which custom places are found; one statement."""
    rows = sorted(
        (str(place.id), name, place.kind, str(place.created_by))
        for place in places
        for name in keys_to(place)
    )
    columns = ("ids", "names", "kinds", "owners")
    given = {column: [row[number] for row in rows] for number, column in enumerate(columns)}
    db.session.execute(CALLED_SO, given)


def _inherited(city: Neighbour | None) -> dict[str, Any]:
    if city is None or city.distance_m > INHERITED_WITHIN_M:
        return {"country_code": None, "admin": None, "timezone": None, "context": ""}
    place = city.location
    return {
        "country_code": place.country_code,
        "admin": place.admin,
        "timezone": place.timezone,
        "context": fold(place.name),
    }
