"""What is asked of services where some are set, and of what is here where none answers.

A door: the looks into the database are transactions of their own, with nothing held in between.
Each answer names in `degraded` the services that should have had a part in it, and had none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select

from wandr.config import current_settings
from wandr.errors import NotFound
from wandr.extensions import db
from wandr.locations import service
from wandr.locations.kinds import PLACE
from wandr.locations.loading import LocationRow, load_rows, location_id_of
from wandr.locations.models import Location, LocationName
from wandr.locations.names import fold
from wandr.locations.nearby import closest_city
from wandr.locations.routing import Leg, estimate_matrix, estimate_route
from wandr.locations.schemas import LocationView
from wandr.locations.services.asking import Unavailable
from wandr.locations.services.geocoders import ATTRIBUTION, SOURCE, Found, geocoder_of
from wandr.locations.services.routers import ROUTERS, Router, router_of
from wandr.locations.services.weather import ATTRIBUTION as WEATHER_ATTRIBUTION
from wandr.locations.services.weather import weather_of
from wandr.locations.sphere import Point, distance_m
from wandr.transaction import atomic, reading

Json = dict[str, Any]
Measured = TypeVar("Measured")
VIEW: Final = LocationView()
SAME_M: Final = 150  # two places of one name, so close, are one
WORTH_ASKING: Final = 3  # letters
FAR_FROM_TOWN_M: Final = 200_000


def search_places(text: str, *, viewer_id: UUID, limit: int, **more: Any) -> Json:
    """`{"items", "next_cursor", "degraded"}`: what is loaded, the likeliest first; where a geocoder
    finds something, what is called so first, then what it finds, then the rest; none twice."""
    with reading():
        known = service.search_locations(text, viewer_id=viewer_id, limit=limit, **more)
        here: list[Json] = VIEW.dump(known, many=True)
    geocoder, kind = geocoder_of(current_settings()), more.get("kind")
    found: list[Json] = []
    degraded = []
    if geocoder is not None and len(text.strip()) >= WORTH_ASKING:
        try:
            told = geocoder.search(text, near=more.get("near"), limit=limit)
            found = _stored([one for one in told if kind in (None, one.kind)])
        except Unavailable:
            degraded.append(geocoder.name)
    items = _distinct(_together(here, found, fold(text)) if found else here)
    return {"items": items[:limit], "next_cursor": None, "degraded": degraded}


def _together(here: list[Json], found: list[Json], plain: str) -> list[Json]:
    exact = [one for one in here if fold(one["name"]) == plain]
    return [*exact, *found, *(one for one in here if one not in exact)]


def place_at(point: Point) -> tuple[Json, list[str]]:
    """What a geocoder says is at a point, else the nearest city; and who had no part in it.

    Raises NotFound when no cities are loaded.
    """
    geocoder, degraded = geocoder_of(current_settings()), []
    if geocoder is not None:
        try:
            told = geocoder.reverse(point)
            if told is not None:
                return _stored([told])[0], []
        except Unavailable:
            degraded.append(geocoder.name)
    with reading():
        city = service.nearest_city(point.latitude, point.longitude)
        if city is None:
            raise NotFound("No cities are loaded here: run `flask locations load`.")
        return VIEW.dump(city), degraded


def measure_route(points: Sequence[Point], mode: str) -> Json:
    """The legs between consecutive points, by the router if it knows the mode, else estimated."""
    legs, degraded = _by_router(mode, lambda router: router.route(points, mode))
    legs = estimate_route(points, mode) if legs is None else legs
    return {
        "mode": mode,
        "legs": legs,
        "distance_m": sum(leg.distance_m for leg in legs),
        "duration_s": sum(leg.duration_s for leg in legs),
        "degraded": degraded,
        **_origin_of(legs),
    }


def measure_matrix(points: Sequence[Point], mode: str) -> Json:
    """The ways from every point to every other, in rows by start."""
    rows, degraded = _by_router(mode, lambda router: router.matrix(points, mode))
    rows = estimate_matrix(points, mode) if rows is None else rows
    return {
        "mode": mode,
        "distances_m": [[leg.distance_m for leg in row] for row in rows],
        "durations_s": [[leg.duration_s for leg in row] for row in rows],
        "degraded": degraded,
        **_origin_of([leg for row in rows for leg in row]),
    }


def foresee_weather(point: Point, first: date, last: date) -> Json:
    """The weather of days to come; none without a service, and beyond its foresight."""
    weather = weather_of(current_settings())
    told: Json = {"source": None, "attribution": None, "days": [], "degraded": []}
    if weather is None:
        return told
    try:
        days = [asdict(one) for one in weather.forecast(point, first, last)]
    except Unavailable:
        return {**told, "degraded": [weather.name]}
    return {**told, "source": weather.name, "attribution": WEATHER_ATTRIBUTION, "days": days}


def _by_router(
    mode: str, measure: Callable[[Router], Measured]
) -> tuple[Measured | None, list[str]]:
    """What the router measures, and who had no part in it; None where none knows the mode."""
    router = router_of(current_settings())
    if router is None or mode not in router.profiles:
        return None, []
    try:
        return measure(router), []
    except Unavailable:
        return None, [router.name]


def _origin_of(legs: list[Leg]) -> Json:
    source, estimate = legs[0].source, any(leg.estimate for leg in legs)
    router = ROUTERS.get(source)
    attribution = router.attribution if router else None
    return {"source": source, "attribution": attribution, "estimate": estimate}


def _stored(found: Sequence[Found]) -> list[Json]:
    """The places, kept as locations that everybody may use: activities point to them."""
    rows = {one.osm_id: one for one in found}
    if not rows:
        return []
    with atomic():
        ids = [location_id_of(SOURCE, name) for name in rows]
        load_rows(_with_what_is_known([_row(one) for one in rows.values()], ids))
        stored = select(Location).where(Location.id.in_(ids))
        fresh = stored.execution_options(populate_existing=True)
        places = {one.id: VIEW.dump(one) for one in db.session.scalars(fresh)}
    return [places[one] for one in ids]


def _row(found: Found) -> LocationRow:
    """Its zone, and its country if it says none, are those of the nearest city."""
    city = closest_city(found.point)
    near = city.location if city and city.distance_m <= FAR_FROM_TOWN_M else Location()
    return LocationRow(
        source=SOURCE,
        source_id=found.osm_id,
        name=found.name,
        kind=found.kind,
        latitude=found.point.latitude,
        longitude=found.point.longitude,
        attribution=ATTRIBUTION,
        country_code=found.country_code or near.country_code,
        admin=found.admin or near.admin,
        timezone=near.timezone,
        hours=found.hours[:500] if found.hours else None,
        context=[one for one in (found.admin, near.name) if one],
    )


def _with_what_is_known(rows: list[LocationRow], ids: list[UUID]) -> list[LocationRow]:
    """The rows, and what imports and other geocoders told of the same places besides."""
    stored = db.session.scalars(select(Location).where(Location.id.in_(ids)))
    known = {one.id: one for one in stored}
    names: dict[UUID, list[LocationName]] = {one: [] for one in known}
    everybodys = select(LocationName).where(
        LocationName.location_id.in_(known), LocationName.owner_id.is_(None)
    )
    for name in db.session.scalars(everybodys):
        names[name.location_id].append(name)
    return [_joined(row, known[row.id], names[row.id]) if row.id in known else row for row in rows]


def _joined(row: LocationRow, known: Location, names: Sequence[LocationName]) -> LocationRow:
    """The row with what it lacks. Name and kind of an import, which alone has attributes, stay."""
    is_imported = bool(known.attributes)
    weight = max((one.weight for one in names), default=row.weight)
    return replace(
        row,
        name=known.name if is_imported else row.name,
        kind=known.kind if is_imported or row.kind == PLACE else row.kind,
        country_code=row.country_code or known.country_code,
        admin=row.admin or known.admin,
        timezone=row.timezone or known.timezone,
        population=known.population,
        hours=row.hours or known.hours,
        attributes=known.attributes,
        context=[known.context] if known.context else row.context,
        weight=weight,
        names=[row.name, *(one.name for one in names if one.weight == weight)],  # no parts of names
    )


def _distinct(places: Sequence[Json]) -> list[Json]:
    """Each place once: of one id, or of one name so close that it must be the same."""
    kept: list[Json] = []
    for one in places:
        if not any(_is_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _is_same(one: Json, other: Json) -> bool:
    if one["id"] == other["id"]:
        return True
    if fold(one["name"]) != fold(other["name"]):
        return False
    points = (Point(place["latitude"], place["longitude"]) for place in (one, other))
    return distance_m(*points) <= SAME_M
