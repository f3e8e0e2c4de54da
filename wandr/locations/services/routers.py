"""Routers: how far and how long on the roads that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from wandr.config import Settings
from wandr.locations.routing import Leg
from wandr.locations.services.asking import Ask, Service, Unavailable, ask, number
from wandr.locations.sphere import Point

KEPT: Final = timedelta(days=7)
POLITE: Final = timedelta(seconds=1)
DECIMALS: Final = 5  # of degrees: a metre, so that the same way is the same question
MOST: Final = 1e8  # metres or seconds of a way
Rows = list[list[Leg]]


class Router(Protocol):
    """What a router promises, for the modes that it knows. Both raise Unavailable."""

    @property
    def name(self) -> str: ...
    @property
    def profiles(self) -> Mapping[str, str]: ...
    def route(self, points: Sequence[Point], mode: str) -> list[Leg]: ...
    def matrix(self, points: Sequence[Point], mode: str) -> Rows: ...


class Osrm:
    """project-osrm.org, API v1. A server knows one profile: `{profile}` in its address is one."""

    name = "osrm"
    profiles = {"walk": "foot", "bicycle": "bike", "car": "car"}

    def __init__(self, url: str, key: str) -> None:
        self.url = url or "https://routing.openstreetmap.de/routed-{profile}"
        self.interval = timedelta() if url else POLITE

    def route(self, points: Sequence[Point], mode: str) -> list[Leg]:
        answer = self._ask("route", points, mode, {"overview": "false"})
        return _read(
            lambda: [
                _leg(self, one["distance"], one["duration"]) for one in answer["routes"][0]["legs"]
            ],
            points,
        )

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        answer = self._ask("table", points, mode, {"annotations": "duration,distance"})
        return _read_rows(self, answer, points, ("distances", "durations"))

    def _ask(self, what: str, points: Sequence[Point], mode: str, query: dict[str, str]) -> Any:
        profile = self.profiles[mode]
        service = Service(self.name, self.url.replace("{profile}", profile), self.interval)
        where = ";".join(f"{one.longitude:.5f},{one.latitude:.5f}" for one in points)
        return ask(service, Ask(f"/{what}/v1/{profile}/{where}", KEPT, query))


class Valhalla:
    """valhalla.github.io: `/route` and `/sources_to_targets`."""

    name = "valhalla"
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
        answer = ask(self.service, Ask("/route", KEPT, body=body))
        return _read(
            lambda: [self._leg(one["summary"]["length"], one["summary"]["time"])
                     for one in answer["trip"]["legs"]],
            points,
        )  # fmt: skip

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        places = [_place(one) for one in points]
        body = {"sources": places, "targets": places, "costing": self.profiles[mode]}
        answer = ask(self.service, Ask("/sources_to_targets", KEPT, body=body))
        return _checked(
            lambda: [
                [self._leg(one["distance"], one["time"]) for one in row]
                for row in answer["sources_to_targets"]
            ],
            points,
        )

    def _leg(self, kilometres: Any, seconds: Any) -> Leg:
        return _leg(self, number(kilometres, 0, MOST / 1000) * 1000, seconds)


class OpenRouteService:
    """openrouteservice.org, API v2."""

    name = "openrouteservice"
    profiles = {"walk": "foot-walking", "bicycle": "cycling-regular", "car": "driving-car"}

    def __init__(self, url: str, key: str) -> None:
        interval = timedelta() if url else timedelta(seconds=1.5)  # forty a minute
        headers = {"Authorization": key} if key else {}
        base = url or "https://api.openrouteservice.org"
        self.service = Service(self.name, base, interval, headers)

    def route(self, points: Sequence[Point], mode: str) -> list[Leg]:
        body = {"coordinates": [_pair(one) for one in points], "instructions": False}
        answer = self._ask("directions", mode, body)
        return _read(
            lambda: [
                _leg(self, one["distance"], one["duration"])
                for one in answer["routes"][0]["segments"]
            ],
            points,
        )

    def matrix(self, points: Sequence[Point], mode: str) -> Rows:
        body = {"locations": [_pair(one) for one in points], "metrics": ["distance", "duration"]}
        answer = self._ask("matrix", mode, body)
        return _read_rows(self, answer, points, ("distances", "durations"))

    def _ask(self, what: str, mode: str, body: dict[str, Any]) -> Any:
        path = f"/v2/{what}/{self.profiles[mode]}" + ("/json" if what == "directions" else "")
        return ask(self.service, Ask(path, KEPT, body=body))


ROUTERS: Final[Mapping[str, type[Osrm | Valhalla | OpenRouteService]]] = {
    "osrm": Osrm,
    "valhalla": Valhalla,
    "openrouteservice": OpenRouteService,
}


def router_of(settings: Settings) -> Router | None:
    """The router that is set; None for estimates alone."""
    made = ROUTERS.get(settings.router)
    return made(settings.router_url, settings.router_api_key) if made else None


def _leg(router: Router, metres: Any, seconds: Any) -> Leg:
    metres, seconds = number(metres, 0, MOST), number(seconds, 0, MOST)
    return Leg(round(metres), round(seconds), router.name, estimate=False)


def _read_rows(
    router: Router, answer: Any, points: Sequence[Point], names: tuple[str, str]
) -> Rows:
    metres, seconds = names
    return _checked(
        lambda: [
            [_leg(router, *way) for way in zip(*pair, strict=True)]
            for pair in zip(answer[metres], answer[seconds], strict=True)
        ],
        points,
    )


def _read(read: Any, points: Sequence[Point]) -> list[Leg]:
    """The legs between the points. Raises Unavailable for another number, or another shape."""
    legs: list[Leg] = _shaped(read)
    if len(legs) != len(points) - 1:
        raise Unavailable("it tells of other legs than it was asked for")
    return legs


def _checked(read: Any, points: Sequence[Point]) -> Rows:
    rows: Rows = _shaped(read)
    if [len(row) for row in rows] != [len(points)] * len(points):
        raise Unavailable("it tells of other ways than it was asked for")
    return rows


def _shaped(read: Any) -> Any:
    """What was read. A way that it does not know is null there, and no way here."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise Unavailable("its answer has another shape, or lacks a way") from None


def _place(point: Point) -> dict[str, float]:
    return {"lat": round(point.latitude, DECIMALS), "lon": round(point.longitude, DECIMALS)}


def _pair(point: Point) -> list[float]:
    return [round(point.longitude, DECIMALS), round(point.latitude, DECIMALS)]
