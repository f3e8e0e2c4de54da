"""Routers: how far and how long on the roads that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from wandr.config import Settings
from wandr.locations.routing import Leg
from wandr.locations.services.asking import Ask, Service, Unavailable, ask, number
from wandr.locations.services.geocoders import ATTRIBUTION as OSM
from wandr.locations.sphere import Point

KEPT: Final = timedelta(days=7)
POLITE: Final = timedelta(seconds=1)
DECIMALS: Final = 5  # of degrees: a metre, so that the same way is the same question
MOST: Final = 1e8  # metres or seconds of a way
Rows = list[list[Leg]]
Way = tuple[Any, Any]  # as a router tells it: a length and a time


class Router(Protocol):
    """What a router promises, for the modes that it knows. Both raise Unavailable."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> int: ...  # metres, in which it tells lengths
    @property
    def profiles(self) -> Mapping[str, str]: ...
    def route(self, points: Sequence[Point], mode: str) -> list[Leg]: ...
    def matrix(self, points: Sequence[Point], mode: str) -> Rows: ...


class Osrm:
    """project-osrm.org, API v1. A server knows one profile: `{profile}` in its address is one."""

    name, unit = "osrm", 1
    attribution = OSM
    profiles = {"walk": "foot", "bicycle": "bike", "car": "car"}

    def __init__(self, url: str, key: str) -> None:
        self.url = url or "https://routing.openstreetmap.de/routed-{profile}"
        self.interval = timedelta() if url else POLITE

    def route(self, points: Sequence[Point], mode: str) -> list[Leg]:
        question = self._question("route", points, mode, {"overview": "false"})
        return ask(*question, lambda told: _legs(self, told["routes"][0]["legs"], points))

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        question = self._question("table", points, mode, {"annotations": "duration,distance"})
        return _known(ask(*question, lambda told: _rows(self, _paired(told), points)))

    def _question(
        self, what: str, points: Sequence[Point], mode: str, query: dict[str, str]
    ) -> tuple[Service, Ask]:
        profile = self.profiles[mode]
        service = Service(self.name, self.url.replace("{profile}", profile), self.interval)
        where = ";".join(f"{one.longitude:.5f},{one.latitude:.5f}" for one in points)
        return service, Ask(f"/{what}/v1/{profile}/{where}", KEPT, query)


class Valhalla:
    """valhalla.github.io: `/route` and `/sources_to_targets`."""

    name, unit = "valhalla", 1000
    attribution = OSM
    profiles = {"walk": "pedestrian", "bicycle": "bicycle", "car": "auto"}

    def __init__(self, url: str, key: str) -> None:
        interval = timedelta() if url else POLITE
        self.service = Service(self.name, url or "https://valhalla1.openstreetmap.de", interval)

    def route(self, points: Sequence[Point], mode: str) -> list[Leg]:
        body = {
            "locations": [_place(one) for one in points],
            "costing": self.profiles[mode],
            "directions_type": "none",
            "units": "kilometers",
        }
        return ask(
            self.service,
            Ask("/route", KEPT, body=body),
            lambda told: _legs(self, [one["summary"] for one in told["trip"]["legs"]], points),
        )

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        places = [_place(one) for one in points]
        body = {"sources": places, "targets": places, "costing": self.profiles[mode]}
        question = Ask("/sources_to_targets", KEPT, body=body)
        return _known(
            ask(self.service, question, lambda told: _rows(self, _told_each(told), points))
        )


class OpenRouteService:
    """openrouteservice.org, API v2."""

    name, unit = "openrouteservice", 1
    attribution = f"© openrouteservice.org by HeiGIT, map data {OSM}"
    profiles = {"walk": "foot-walking", "bicycle": "cycling-regular", "car": "driving-car"}

    def __init__(self, url: str, key: str) -> None:
        interval = timedelta() if url else timedelta(seconds=1.5)  # forty a minute
        headers = {"Authorization": key} if key else {}
        base = url or "https://api.openrouteservice.org"
        self.service = Service(self.name, base, interval, headers)

    def route(self, points: Sequence[Point], mode: str) -> list[Leg]:
        body = {"coordinates": [_pair(one) for one in points], "instructions": False}
        question = self._question("directions", mode, body)
        return ask(*question, lambda told: _legs(self, told["routes"][0]["segments"], points))

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        body = {"locations": [_pair(one) for one in points], "metrics": ["distance", "duration"]}
        question = self._question("matrix", mode, body)
        return _known(ask(*question, lambda told: _rows(self, _paired(told), points)))

    def _question(self, what: str, mode: str, body: dict[str, Any]) -> tuple[Service, Ask]:
        path = f"/v2/{what}/{self.profiles[mode]}" + ("/json" if what == "directions" else "")
        return self.service, Ask(path, KEPT, body=body)


ROUTERS: Final[Mapping[str, type[Osrm | Valhalla | OpenRouteService]]] = {
    "osrm": Osrm,
    "valhalla": Valhalla,
    "openrouteservice": OpenRouteService,
}


def router_of(settings: Settings) -> Router | None:
    """The router that is set; None for estimates alone."""
    made = ROUTERS.get(settings.router)
    return made(settings.router_url, settings.router_api_key) if made else None


def _leg(router: Router, length: Any, seconds: Any) -> Leg:
    metres = number(length, 0, MOST / router.unit) * router.unit
    return Leg(round(metres), round(number(seconds, 0, MOST)), router.name, estimate=False)


def _legs(router: Router, told: Sequence[Any], points: Sequence[Point]) -> list[Leg]:
    """The legs between the points. Raises Unavailable for another number."""
    if len(told) != len(points) - 1:
        raise Unavailable("it tells of other legs than it was asked for")
    return [_leg(router, *_way(one)) for one in told]


def _rows(router: Router, ways: list[list[Way]], points: Sequence[Point]) -> Rows | None:
    """The legs from each point to each; None where one cannot be reached from another."""
    if [len(row) for row in ways] != [len(points)] * len(points):
        raise Unavailable("it tells of other ways than it was asked for")
    if any(None in way for row in ways for way in row):
        return None
    return [[_leg(router, *way) for way in row] for row in ways]


def _known(rows: Rows | None) -> Rows:
    if rows is None:
        raise Unavailable("it knows no way")
    return rows


def _way(told: Mapping[str, Any]) -> Way:
    """A length and a time, by either name."""
    length = told["distance"] if "distance" in told else told["length"]
    return length, told["duration"] if "duration" in told else told["time"]


def _told_each(told: Mapping[str, Any]) -> list[list[Way]]:
    return [[_way(one) for one in row] for row in told["sources_to_targets"]]


def _paired(told: Mapping[str, Any]) -> list[list[Way]]:
    rows = zip(told["distances"], told["durations"], strict=True)
    return [list(zip(*row, strict=True)) for row in rows]


def _place(point: Point) -> dict[str, float]:
    return {"lat": round(point.latitude, DECIMALS), "lon": round(point.longitude, DECIMALS)}


def _pair(point: Point) -> list[float]:
    return [round(point.longitude, DECIMALS), round(point.latitude, DECIMALS)]
