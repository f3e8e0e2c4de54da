"""A trip as GeoJSON (RFC 7946): a point per stop, a line per day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from wandr.exports.plan import Plan
from wandr.exports.stops import Stop, stops_of, ways_of
from wandr.exports.words import hours_of, one_line, words_of

Position = list[float]  # longitude, latitude


def geojson_of(plan: Plan) -> dict[str, Any]:
    """A feature collection, ready for JSON. Activities without a place are not in it."""
    points = [_point(stop) for stop in stops_of(plan.activities)]
    lines = [_line(str(day), stops) for day, stops in ways_of(plan)]
    name = one_line(plan.trip.title)
    return {"type": "FeatureCollection", "name": name, "features": [*points, *lines]}


def _point(stop: Stop) -> dict[str, Any]:
    activity = stop.activity
    told = {
        "activity_id": str(activity.id),
        "name": stop.name,
        "kind": activity.kind,
        "status": activity.status,
        "day": activity.day and str(activity.day),
        "time": hours_of(activity),
        "description": words_of(activity),
        "url": activity.url,
        "place": one_line(stop.place["name"]),
        "attribution": stop.place.get("attribution"),
    }
    return _feature({"type": "Point", "coordinates": _position(stop)}, told)


def _line(day: str, stops: Sequence[Stop]) -> dict[str, Any]:
    parts = cut_at_date_line([_position(stop) for stop in stops])
    geometry = (
        {"type": "LineString", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiLineString", "coordinates": parts}
    )
    return _feature(geometry, {"name": day, "day": day, "kind": "way"})


def cut_at_date_line(line: Sequence[Position]) -> list[list[Position]]:
    """The same line in parts, none of which crosses the 180th meridian (section 3.1.9)."""
    parts = [[line[0]]]
    for (x, y), (next_x, next_y) in pairwise(line):
        if abs(next_x - x) > 180:
            edge = 180.0 if x > 0 else -180.0
            beyond = next_x + 2 * edge
            share = 0.5 if beyond == x else (edge - x) / (beyond - x)
            latitude = round(y + share * (next_y - y), 7)
            parts[-1].append([edge, latitude])
            parts.append([[-edge, latitude]])
        parts[-1].append([next_x, next_y])
    return parts


def _position(stop: Stop) -> Position:
    return [stop.longitude, stop.latitude]


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
