"""Lines of open dumps as places: GeoNames, OpenStreetMap, Overture, Wikivoyage.

Each reader takes a line and gives a place, or None for what is no place to visit; ValueError for a
line that cannot be read. Typical visits are guessed by the kind, and say so: `confidence` is `low`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import opening_hours
from opening_hours import OpeningHours

from wandr.locations.loading import LocationRow
from wandr.locations.services.geocoders import ATTRIBUTION, SHORT_TYPES, SOURCE
from wandr.locations.typical import typical_visit
from wandr.zones import known_zone

# The package's stub leaves its exceptions out.
ParserError: type[Exception] = opening_hours.ParserError  # type: ignore[attr-defined]

Reader = Callable[[str], LocationRow | None]

# GeoNames feature codes (geonames.org/export/codes.html).
FEATURES: Final[Mapping[str, str]] = {
    "MUS": "museum", "CH": "church", "CTHL": "church", "MSQE": "mosque", "SYG": "synagogue",
    "TMPL": "temple", "SHRN": "shrine", "CSTL": "castle", "PAL": "palace", "MNMT": "monument",
    "HSTS": "monument", "RUIN": "monument", "MKT": "market", "THTR": "theatre", "OPRA": "theatre",
    "ZOO": "zoo", "BDG": "bridge", "SQR": "square", "PRK": "park", "GDN": "garden", "BCH": "beach",
    "SPA": "bath",
}  # fmt: skip
# OpenStreetMap: the first tag that is there decides.
TAGS: Final[tuple[tuple[str, str, str], ...]] = (
    ("tourism", "museum", "museum"), ("tourism", "gallery", "museum"), ("tourism", "zoo", "zoo"),
    ("tourism", "aquarium", "zoo"), ("tourism", "viewpoint", "viewpoint"),
    ("historic", "castle", "castle"), ("historic", "palace", "palace"),
    ("historic", "monument", "monument"), ("historic", "memorial", "monument"),
    ("historic", "archaeological_site", "monument"), ("amenity", "theatre", "theatre"),
    ("amenity", "marketplace", "market"), ("amenity", "restaurant", "food"),
    ("amenity", "cafe", "food"), ("amenity", "public_bath", "bath"), ("leisure", "park", "park"),
    ("leisure", "garden", "garden"), ("natural", "beach", "beach"), ("place", "square", "square"),
    ("tourism", "attraction", "monument"),
)  # fmt: skip
WORSHIP: Final = {
    "christian": "church", "muslim": "mosque", "jewish": "synagogue", "buddhist": "temple",
    "shinto": "shrine", "hindu": "temple", "taoist": "temple", "sikh": "temple",
}  # fmt: skip
CATEGORIES: Final[Mapping[str, str]] = {
    "museum": "museum", "art_museum": "museum", "history_museum": "museum", "art_gallery": "museum",
    "science_museum": "museum", "zoo": "zoo", "aquarium": "zoo", "castle": "castle",
    "palace": "palace", "monument": "monument", "landmark_and_historical_building": "monument",
    "park": "park", "botanical_garden": "garden", "beach": "beach", "theatre": "theatre",
    "opera_and_ballet": "theatre", "church_cathedral": "church", "mosque": "mosque",
    "synagogue": "synagogue", "buddhist_temple": "temple", "hindu_temple": "temple",
    "shinto_shrines": "shrine", "restaurant": "food", "cafe": "food", "farmers_market": "market",
    "bridge": "bridge", "lookout": "viewpoint", "plaza": "square",
}  # fmt: skip
# Wikivoyage tells what one does there; what it is, its name may tell.
LISTINGS: Final = {"see": "monument", "eat": "food", "drink": "food"}
WORDS: Final = (
    "museum", "church", "cathedral", "mosque", "synagogue", "temple", "shrine", "castle",
    "palace", "theatre", "market", "park", "garden", "beach", "zoo", "bridge", "square",
)  # fmt: skip
NAMES_OF_KINDS: Final = {"cathedral": "church"}
GEONAMES_COLUMNS, WIKIVOYAGE_COLUMNS = 19, 24
MOST_NAMES: Final = 100
LEAST_CONFIDENCE: Final = 0.6  # of Overture that a place exists


def geonames(line: str) -> LocationRow | None:
    """A line of a country's dump: 19 columns between tabs."""
    cells = line.rstrip("\r\n").split("\t")
    if len(cells) != GEONAMES_COLUMNS:
        raise ValueError(f"{GEONAMES_COLUMNS} columns expected, {len(cells)} found")
    kind = FEATURES.get(cells[7])
    if kind is None:
        return None
    return _row(
        kind,
        source="geonames",
        source_id=cells[0],
        name=cells[1],
        at=(cells[4], cells[5]),
        attribution="GeoNames (geonames.org), CC BY 4.0",
        country_code=cells[8] or None,
        timezone=cells[17] or None,
        names=[name for name in cells[3].split(",") if name],
    )


def osm_geojson(line: str) -> LocationRow | None:
    """A feature with OpenStreetMap's tags as its properties, as osmium and overpass write it."""
    feature = _feature(line)
    if feature is None:
        return None
    tags = feature.get("properties") or {}
    kind, name = _kind_of_tags(tags), tags.get("name:en") or tags.get("name")
    if kind is None or not name:
        return None
    identity = feature.get("id") or tags.get("@id") or tags.get("id")
    if not identity:
        raise ValueError("a feature without id")
    return _row(
        kind,
        source=SOURCE,
        source_id=_osm_identity(str(identity)),
        name=name,
        at=_middle_of(feature),
        attribution=ATTRIBUTION,
        hours=_readable(tags.get("opening_hours")),
        names=[value for key, value in tags.items() if key == "name" or key.startswith("name:")],
    )


def overture(line: str) -> LocationRow | None:
    """A feature of Overture's theme "places", as its downloader writes it."""
    feature = _feature(line)
    if feature is None:
        return None
    told = feature["properties"]
    kind = CATEGORIES.get((told.get("categories") or {}).get("primary") or "")
    names = told.get("names") or {}
    if kind is None or not names.get("primary") or told.get("confidence", 1) < LEAST_CONFIDENCE:
        return None
    addresses = told.get("addresses") or [{}]
    return _row(
        kind,
        source="overture",
        source_id=str(feature.get("id") or told["id"]),
        name=names["primary"],
        at=_middle_of(feature),
        attribution="Overture Maps Foundation (overturemaps.org), CDLA Permissive 2.0",
        country_code=addresses[0].get("country"),
        names=list((names.get("common") or {}).values()),
    )


def wikivoyage(line: str) -> LocationRow | None:
    """A row of the listings in CSV: article, type, title, …, latitude and longitude."""
    cells = next(csv.reader([line]), [])
    if cells[:3] == ["article", "type", "title"] or not cells:
        return None
    if len(cells) != WIKIVOYAGE_COLUMNS:
        raise ValueError(f"{WIKIVOYAGE_COLUMNS} columns expected, {len(cells)} found")
    article, listing, title, alt = cells[:4]
    if listing not in LISTINGS or not title or not (cells[18] and cells[19]):
        return None
    said = next((word for word in WORDS if word in title.casefold()), None)
    kind = NAMES_OF_KINDS.get(said or "", said) if listing == "see" else None
    return _row(
        kind or LISTINGS[listing],
        source="wikivoyage",
        source_id=cells[4] or f"{article}/{title}",
        name=title,
        at=(cells[18], cells[19]),
        attribution="Wikivoyage contributors (wikivoyage.org), CC BY-SA 4.0",
        hours=_readable(cells[13]),
        names=[alt] if alt else [],
    )


READERS: Final[Mapping[str, Reader]] = {
    "geonames": geonames,
    "osm-geojson": osm_geojson,
    "overture": overture,
    "wikivoyage": wikivoyage,
}


def _row(kind: str, *, at: tuple[Any, Any], name: str, **more: Any) -> LocationRow:
    latitude, longitude = float(at[0]), float(at[1])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"no place on Earth: {latitude}, {longitude}")
    if not 0 < len(more["source_id"]) <= 200:
        raise ValueError("an id of 1 to 200 characters is needed")
    country, zone = more.pop("country_code", None), more.pop("timezone", None)
    names = [one for one in more.pop("names", ()) if isinstance(one, str)]
    return LocationRow(
        kind=kind,
        name=name.strip()[:200],
        latitude=latitude,
        longitude=longitude,
        country_code=country if country and len(country) == 2 else None,
        timezone=known_zone(zone),
        names=names[:MOST_NAMES],
        attributes=typical_visit(kind),
        **more,
    )


def _feature(line: str) -> dict[str, Any] | None:
    """A feature of GeoJSON text sequences (RFC 8142), or of a collection with one on each line;
    None for the lines around them."""
    text = line.strip().lstrip("\x1e").rstrip(",")
    if not text.startswith("{") or ("FeatureCollection" in text and text.endswith("[")):
        return None
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("type") == "FeatureCollection":
        raise ValueError("one feature on each line is needed (GeoJSON text sequences, RFC 8142)")
    if found.get("type") != "Feature" or not isinstance(found.get("properties"), dict):
        raise ValueError("not a feature")
    return found


def _middle_of(feature: dict[str, Any]) -> tuple[float, float]:
    """Latitude and longitude: of the point, or of the middle of the box around a shape."""
    points = list(_points((feature.get("geometry") or {}).get("coordinates")))
    if not points:
        raise ValueError("a feature without a position")
    longitudes, latitudes = ([point[n] for point in points] for n in (0, 1))
    return (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2


def _points(coordinates: Any) -> list[list[float]]:
    if not isinstance(coordinates, list) or not coordinates:
        return []
    if isinstance(coordinates[0], (int, float)):
        if len(coordinates) < 2 or not isinstance(coordinates[1], (int, float)):
            raise ValueError("a position of one number")
        return [coordinates]
    return [point for part in coordinates for point in _points(part)]


def _kind_of_tags(tags: Mapping[str, Any]) -> str | None:
    if tags.get("amenity") == "place_of_worship":
        return WORSHIP.get(str(tags.get("religion")))
    return next((kind for key, value, kind in TAGS if tags.get(key) == value), None)


def _osm_identity(told: str) -> str:
    """`way/42`, as geocoders tell it. Osmium writes `w42`; as an area `a84`, or `a85` if it is
    made of relation 42."""
    parts = re.fullmatch(r"([nwra])([0-9]{1,19})", told)
    if parts is None:
        return told
    letter, number = parts[1].upper(), int(parts[2])
    if letter == "A":
        letter, number = "WR"[number % 2], number // 2
    return f"{SHORT_TYPES[letter]}/{number}"


def _readable(hours: Any) -> str | None:
    """Opening hours that can be read; others are unknown."""
    if not isinstance(hours, str) or not 0 < len(hours) <= 500:
        return None
    try:
        OpeningHours(hours)
    except ParserError:
        return None
    return hours
