"""Geocoders: what people call a place, to where it is, and back. All know OpenStreetMap."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from wandr.config import Settings
from wandr.locations.kinds import CUSTOM_KINDS, PLACE
from wandr.locations.services.asking import UNREADABLE, Ask, Service, Unavailable, ask
from wandr.locations.sphere import Point

KEPT: Final = timedelta(days=30)
POLITE: Final = timedelta(seconds=1)  # operations.osmfoundation.org/policies/nominatim
ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
SOURCE: Final = "osm"  # of imports as well
LONGEST_NAME: Final = 200
MOST_ID: Final = 2**63
NOWHERE: Final = "Unable to geocode"  # how Nominatim says that nothing is there
TYPES: Final = {"node": "node", "way": "way", "relation": "relation"}
SHORT_TYPES: Final = {"N": "node", "W": "way", "R": "relation"}
KINDS: Final[Mapping[str, str]] = {
    **{kind: kind for kind in CUSTOM_KINDS},
    "attraction": "monument", "pub": "bar", "guest_house": "hotel", "hostel": "hotel",
    "fast_food": "restaurant",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A place as a geocoder tells it; `osm_id` like `way/42`."""

    osm_id: str
    name: str
    kind: str
    point: Point
    country_code: str | None
    admin: str | None
    hours: str | None = None


class Geocoder(Protocol):
    """What a geocoder promises. Both raise Unavailable."""

    @property
    def name(self) -> str: ...
    def search(self, text: str, *, near: Point | None, limit: int) -> list[Found]: ...
    def reverse(self, point: Point) -> Found | None: ...


class Nominatim:
    """nominatim.org, API of version 4 and 5: `jsonv2`."""

    name = "nominatim"

    def __init__(self, url: str) -> None:
        polite = timedelta() if url else POLITE
        self.service = Service(self.name, url or "https://nominatim.openstreetmap.org", polite)

    def search(self, text: str, *, near: Point | None, limit: int) -> list[Found]:
        query = {"q": text, "limit": f"{limit}", **_COMMON}
        if near is not None:  # a preference, no limit
            west, east = near.longitude - 0.5, near.longitude + 0.5
            north, south = near.latitude + 0.5, near.latitude - 0.5
            query["viewbox"] = f"{west:.3f},{north:.3f},{east:.3f},{south:.3f}"
        return ask(self.service, Ask("/search", KEPT, query), lambda rows: _each(rows, self._read))

    def reverse(self, point: Point) -> Found | None:
        query = {"lat": f"{point.latitude:.6f}", "lon": f"{point.longitude:.6f}", **_COMMON}
        return ask(self.service, Ask("/reverse", KEPT, query), self._read_one)

    def _read_one(self, row: Mapping[str, Any]) -> Found | None:
        if row.get("error") == NOWHERE:
            return None
        return next(iter(_each([row], self._read)), None)

    def _read(self, row: Mapping[str, Any]) -> Found | None:
        name = row.get("name") or row["display_name"].split(",")[0]
        point = _point(row["lat"], row["lon"])
        if not (name and row.get("osm_id")):  # a postcode is no place
            return None
        address = row.get("address") or {}
        words = (row.get("type"), row.get("category"), (row.get("extratags") or {}).get("tourism"))
        return Found(
            osm_id=_identity(TYPES[row["osm_type"]], row["osm_id"]),
            name=_name(name),
            kind=_kind(*words),
            point=point,
            country_code=_country(address.get("country_code")),
            admin=_short(address.get("state") or address.get("city") or address.get("town")),
            hours=_text((row.get("extratags") or {}).get("opening_hours")),
        )


class Photon:
    """photon.komoot.io: GeoJSON."""

    name = "photon"

    def __init__(self, url: str) -> None:
        polite = timedelta() if url else POLITE
        self.service = Service(self.name, url or "https://photon.komoot.io", polite)

    def search(self, text: str, *, near: Point | None, limit: int) -> list[Found]:
        query = {"q": text, "limit": f"{limit}", "lang": "en"}
        if near is not None:
            query |= {"lat": f"{near.latitude:.3f}", "lon": f"{near.longitude:.3f}"}
        return ask(self.service, Ask("/api", KEPT, query), self._read_all)

    def reverse(self, point: Point) -> Found | None:
        query = {"lat": f"{point.latitude:.6f}", "lon": f"{point.longitude:.6f}", "lang": "en"}
        found = ask(self.service, Ask("/reverse", KEPT, query), self._read_all)
        return found[0] if found else None

    def _read_all(self, answer: Mapping[str, Any]) -> list[Found]:
        return _each(answer["features"], self._read)

    def _read(self, row: Mapping[str, Any]) -> Found | None:
        told = row["properties"]
        longitude, latitude = row["geometry"]["coordinates"][:2]
        street = " ".join(one for one in (told.get("street"), told.get("housenumber")) if one)
        name = told.get("name") or street or told.get("city")
        if not (name and told.get("osm_id")):
            return None
        return Found(
            osm_id=_identity(SHORT_TYPES[told["osm_type"]], told["osm_id"]),
            name=_name(name),
            kind=_kind(told.get("osm_value"), told.get("osm_key")),
            point=_point(latitude, longitude),
            country_code=_country(told.get("countrycode")),
            admin=_short(told.get("state") or told.get("city")),
        )


_COMMON: Final = {
    "format": "jsonv2",
    "addressdetails": "1",
    "extratags": "1",
    "accept-language": "en",
}
GEOCODERS: Final[Mapping[str, type[Nominatim | Photon]]] = {
    "nominatim": Nominatim,
    "photon": Photon,
}


def geocoder_of(settings: Settings) -> Geocoder | None:
    """The geocoder that is set; None for the places that are loaded alone."""
    made = GEOCODERS.get(settings.geocoder)
    return made(settings.geocoder_url) if made else None


def _each(rows: Any, read: Callable[[Mapping[str, Any]], Found | None]) -> list[Found]:
    """The places among the rows. What cannot be read is passed over, unless there is no other."""
    if not isinstance(rows, list):
        raise Unavailable("its answer has another shape")
    found, spoilt = [], False
    for row in rows:
        try:
            found.append(read(row))
        except UNREADABLE:
            spoilt = True
    if spoilt and not any(found):
        raise Unavailable("none of its places can be read")
    return [one for one in found if one is not None]


def _identity(kind: str, number: Any) -> str:
    if not 0 < int(number) < MOST_ID:
        raise ValueError("OpenStreetMap has no such id.")
    return f"{kind}/{int(number)}"


def _text(told: Any) -> str | None:
    return told if isinstance(told, str) else None


def _name(text: Any) -> str:
    name = " ".join((_text(text) or "").split())[:LONGEST_NAME]
    if not name:
        raise ValueError("It has no name.")
    return name


def _short(text: Any) -> str | None:
    return (_text(text) or "")[:LONGEST_NAME] or None


def _country(code: Any) -> str | None:
    text = str(code or "").upper()
    return text if re.fullmatch("[A-Z]{2}", text) else None


def _kind(*words: Any) -> str:
    kinds = (KINDS.get(str(word)) for word in words)
    return next((kind for kind in kinds if kind in CUSTOM_KINDS), PLACE)


def _point(latitude: Any, longitude: Any) -> Point:
    point = Point(float(latitude), float(longitude))
    if not (abs(point.latitude) <= 90 and abs(point.longitude) <= 180):
        raise ValueError("It is not on Earth.")
    return point
