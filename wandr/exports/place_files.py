"""Places in files of others: waypoints of GPX, placemarks of KML, points of GeoJSON.

What is no point is named and left out; nothing in a file is fetched, and nothing of it is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import Element

from wandr.errors import Invalid, UnsupportedMediaType
from wandr.exports.media import GEOJSON, GPX, KML
from wandr.exports.words import UNNAMED_PLACE, one_line, several_lines
from wandr.exports.xml import local_name, read_xml, text_of
from wandr.http.json import read_json

DECIMAL: Final = re.compile(
    r"[+-]?([0-9]{1,17}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?"
)
LONGEST_NAME: Final = 200
LONGEST_NOTES: Final = 10_000
MOST_FEATURES: Final = 20_000  # of a file, whatever they are
MOST_COMMAS: Final = 1_000_000  # lines of coordinates have one in ten bytes
TAG: Final = re.compile(r"<([A-Za-z][A-Za-z0-9]*+|[/!?])[^<>]*+>")
ENDS_LINE: Final = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})


@dataclass(frozen=True)
class Found:
    """What a file tells of one place. Without a point, `reason` says what it is instead."""

    name: str
    notes: str = ""
    point: tuple[float, float] | None = None  # latitude, longitude
    reason: str = "It has no point on Earth."


def read_gpx(body: bytes) -> Iterator[Found]:
    """Waypoints and points of routes; tracks are named and left out. Raises Invalid."""
    root = read_xml(body, root="gpx")
    for element in root:
        name = local_name(element)
        if name == "wpt":
            yield _gpx_point(element)
        elif name == "rte":
            yield from (_gpx_point(one) for one in element if local_name(one) == "rtept")
        elif name == "trk":
            yield Found(_name(text_of(element, "name")), reason="It is a track.")


def read_kml(body: bytes) -> Iterator[Found]:
    """Placemarks with a point. Raises Invalid."""
    for element in _placemarks(read_xml(body, root="kml")):
        name, notes = text_of(element, "name"), plain_text(text_of(element, "description"))
        point = next((one for one in element.iter() if local_name(one) == "Point"), None)
        if point is None:
            yield Found(_name(name), reason="It is no point.")
        else:
            longitude, _, rest = text_of(point, "coordinates").partition(",")
            yield Found(_name(name), _notes(notes), _point(rest.partition(",")[0], longitude))


def read_geojson(body: bytes) -> Iterator[Found]:
    """Features that are points, of a collection or alone. Raises Invalid or BadRequest."""
    if body.count(b",") > MOST_COMMAS:
        raise Invalid(f"The file has more than {MOST_COMMAS} commas.", code="too_much")
    document = read_json(body)
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise Invalid("The file is no GeoJSON feature collection.", code="unreadable_file")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise Invalid("The collection has no list of features.", code="unreadable_file")
    for feature in features:
        yield _feature(feature if isinstance(feature, dict) else {})


# What is read, by the media type of the body.
READERS: Final[Mapping[str, Callable[[bytes], Iterator[Found]]]] = {
    GPX: read_gpx,
    KML: read_kml,
    GEOJSON: read_geojson,
}


def read_places(media_type: str, body: bytes) -> list[Found]:
    """What a file tells of, point or not. Raises UnsupportedMediaType for none of `READERS`,
    Invalid or BadRequest for what cannot be read, Invalid for more than `MOST_FEATURES`."""
    reader = READERS.get(media_type)
    if reader is None:
        raise UnsupportedMediaType(f"The body must be one of {', '.join(READERS)}.")
    found = list(islice(reader(body), MOST_FEATURES + 1))
    if len(found) > MOST_FEATURES:
        raise Invalid(f"The file has more than {MOST_FEATURES} features.", code="too_much")
    return found


def plain_text(html: str) -> str:
    """The text of a description that readers of KML show as HTML; blocks and breaks end lines.

    Each character is looked at once, whatever is written: the parser of the library takes half a
    minute for sixty kilobytes of tags that never end.
    """
    return unescape(TAG.sub(_instead_of_tag, _without_comments(html))).strip()


def _without_comments(html: str) -> str:
    """What is around `<!-- these -->`; one that never ends is none."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join([*kept, html[at:]])


def _instead_of_tag(tag: re.Match[str]) -> str:
    return "\n" if tag[1].lower() in ENDS_LINE else ""


def _placemarks(root: Element) -> Iterator[Element]:
    """Those that are in no other one."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if local_name(element) == "Placemark":
            yield element
        else:
            waiting.extend(reversed(element))


def _gpx_point(element: Element) -> Found:
    notes = [text_of(element, "cmt"), text_of(element, "desc")]
    told = "\n\n".join(dict.fromkeys(one for one in notes if one))
    point = _point(element.get("lat", ""), element.get("lon", ""))
    return Found(_name(text_of(element, "name")), _notes(told), point)


def _feature(feature: Mapping[str, Any]) -> Found:
    told, geometry = feature.get("properties"), feature.get("geometry")
    told = told if isinstance(told, dict) else {}
    name = _name(str(told.get("name") or told.get("title") or ""))
    notes = _notes(str(told.get("description") or told.get("desc") or ""))
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return Found(name, notes, reason="It is no point.")
    position = geometry.get("coordinates")
    pair = position[:2] if isinstance(position, list) else []
    if len(pair) != 2 or not all(isinstance(one, (int, float)) for one in pair):
        return Found(name, notes)
    return Found(name, notes, _point(repr(pair[1]), repr(pair[0])))


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    told = latitude.strip(), longitude.strip()
    if not all(DECIMAL.fullmatch(one) for one in told):
        return None
    point = float(told[0]), float(told[1])
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def _name(text: str) -> str:
    return one_line(text).strip()[:LONGEST_NAME] or UNNAMED_PLACE


def _notes(text: str) -> str:
    return several_lines(text).strip()[:LONGEST_NOTES]
