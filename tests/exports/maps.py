"""Map files read back by others: GDAL, which knows all three forms, and a library for each."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path

import gpxpy
import pyogrio
from fastkml import KML, Placemark
from fastkml.utils import find_all

Named = tuple[str, float, float]  # name, latitude, longitude


def points_by_gdal(file: Path) -> list[Named]:
    """The points of all layers of a file, in its order."""
    found = []
    for layer, _ in pyogrio.list_layers(file):
        if layer in ("route_points", "routes", "tracks", "track_points"):
            continue
        fields = pyogrio.read_info(file, layer=layer)["fields"]
        (name,) = [one for one in fields if one.lower() == "name"]
        _, _, shapes, (names,) = pyogrio.raw.read(file, layer=layer, columns=[name])
        points = [point_of(shape) for shape in shapes]
        found += [(name, *point) for name, point in zip(names, points, strict=True) if point]
    return found


def point_of(shape: bytes) -> tuple[float, float] | None:
    """Latitude and longitude of a point in well-known binary (OGC 06-103r4); None of a line."""
    order = "<" if shape[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", shape, 1)
    if kind & 0xFF != 1:
        return None
    longitude, latitude = struct.unpack_from(f"{order}dd", shape, 5)
    return latitude, longitude


def points_by_library(body: bytes, form: str) -> list[Named]:
    """The same by gpxpy, fastkml or plain JSON."""
    if form == "gpx":
        gpx = gpxpy.parse(body.decode())
        return [(one.name, one.latitude, one.longitude) for one in gpx.waypoints]
    if form == "kml":
        marks = find_all(KML.parse(BytesIO(body)), of_type=Placemark)
        points = [one for one in marks if one.geometry.geom_type == "Point"]
        return [(one.name, one.geometry.y, one.geometry.x) for one in points]
    features = json.loads(body)["features"]
    points = [one for one in features if one["geometry"]["type"] == "Point"]
    return [
        (one["properties"]["name"], *reversed(one["geometry"]["coordinates"])) for one in points
    ]


def ways_by_library(body: bytes, form: str) -> list[int]:
    """How many points each way has."""
    if form == "gpx":
        return [len(route.points) for route in gpxpy.parse(body.decode()).routes]
    if form == "kml":
        marks = find_all(KML.parse(BytesIO(body)), of_type=Placemark)
        lines = [one.geometry for one in marks if one.geometry.geom_type == "LineString"]
        return [len(line.coords) for line in lines]
    lines = [one["geometry"] for one in json.loads(body)["features"]]
    return [len(one["coordinates"]) for one in lines if one["type"] == "LineString"]
