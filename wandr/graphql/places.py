"""Places on Earth, and the services that know more of them, as REST asks them."""

from __future__ import annotations

from typing import Any

import strawberry

from wandr.extensions import db
from wandr.graphql import scalars
from wandr.graphql.connections import FIRST, connection_of, listed, page_args
from wandr.graphql.context import Info
from wandr.graphql.types import input_of, loaded, type_of
from wandr.locations import asked, custom
from wandr.locations import service as locations
from wandr.locations.schemas import (
    AttributionView,
    LocationView,
    MatrixQuestion,
    MatrixView,
    NearbyQuery,
    NeighbourView,
    PointFields,
    PointQuery,
    RatesQuery,
    RatesView,
    RouteQuestion,
    RouteView,
    SearchQuery,
    WeatherQuery,
    WeatherView,
)
from wandr.locations.sphere import Point
from wandr.rates import rates_of

Location, Neighbour = type_of(LocationView), type_of(NeighbourView)
LocationConnection = connection_of(Location)
Attribution, Route, Matrix = type_of(AttributionView), type_of(RouteView), type_of(MatrixView)
Weather, Rates = type_of(WeatherView), type_of(RatesView)
PointInput = input_of(PointFields)
Points = list[PointInput]


@strawberry.type
class PlaceQuery:
    @strawberry.field(description="Places by name, in any script, typing errors forgiven.")
    def search_locations(
        self: Any,
        info: Info,
        *,
        q: str,
        near: str | None = None,
        kind: str | None = None,
        limit: int = 20,
    ) -> list[Location] | None:
        told = {"q": q, "near": near, "kind": kind, "limit": limit}
        args = loaded(SearchQuery, {name: one for name, one in told.items() if one is not None})
        _hold_nothing()
        found = asked.search_places(args.pop("q"), viewer_id=info.context.viewer, **args)
        info.context.degraded.update(found["degraded"])
        return found["items"]

    @strawberry.field(description="Places around a point, the nearest first.")
    def nearby_locations(
        self: Any,
        info: Info,
        *,
        lat: float,
        lon: float,
        radius_m: int = 10_000,
        kind: str | None = None,
        limit: int = 20,
    ) -> list[Neighbour] | None:
        told = {"lat": lat, "lon": lon, "radius_m": radius_m, "limit": limit}
        args = loaded(NearbyQuery, told if kind is None else told | {"kind": kind})
        near = args.pop("lat"), args.pop("lon")
        found = locations.locations_near(*near, viewer_id=info.context.viewer, **args)
        view = LocationView()
        return [{**view.dump(place), "distance_m": round(metres)} for place, metres in found]

    @strawberry.field(description="What a geocoder says is at a point, else the nearest city.")
    def nearest_city(self: Any, info: Info, lat: float, lon: float) -> Location | None:
        args = loaded(PointQuery, {"lat": lat, "lon": lon})
        _hold_nothing()
        place, degraded = asked.place_at(Point(args["lat"], args["lon"]))
        info.context.degraded.update(degraded)
        return place

    @strawberry.field(description="A place; a custom one only if it is yours.")
    def location(self: Any, info: Info, id: scalars.UUID) -> Location | None:
        return LocationView().dump(locations.find_location(id, info.context.viewer))

    @strawberry.field(description="Whom to thank for the places that are loaded here.")
    def attributions(self: Any) -> list[Attribution] | None:
        return locations.attributions()

    @strawberry.field(description="The places of your own, the newest first.")
    def own_locations(
        self: Any, info: Info, first: int = FIRST, after: str | None = None
    ) -> LocationConnection | None:
        mine = custom.own_places(info.context.viewer)
        return listed(custom.NEWEST_FIRST, mine, page_args(first, after), LocationView())

    @strawberry.field(description="The way through points, leg by leg; estimated without a router.")
    def route(self: Any, info: Info, points: Points, mode: str = "walk") -> Route | None:
        question = loaded(RouteQuestion, {"points": points, "mode": mode})
        _hold_nothing()
        return RouteView().dump(asked.measure_route(question["points"], question["mode"]))

    @strawberry.field(description="The ways from every point to every other.")
    def matrix(self: Any, info: Info, points: Points, mode: str = "walk") -> Matrix | None:
        question = loaded(MatrixQuestion, {"points": points, "mode": mode})
        _hold_nothing()
        return MatrixView().dump(asked.measure_matrix(question["points"], question["mode"]))

    @strawberry.field(description="The weather at a point, where a service foresees it.")
    def weather(
        self: Any, lat: float, lon: float, since: scalars.Date, until: scalars.Date
    ) -> Weather | None:
        args = loaded(WeatherQuery, {"lat": lat, "lon": lon, "from": since, "to": until})
        _hold_nothing()
        point = Point(args["lat"], args["lon"])
        return WeatherView().dump(asked.foresee_weather(point, args["first"], args["last"]))

    @strawberry.field(description="What other currencies were worth, and when.")
    def rates(self: Any, base: str = "EUR") -> Rates | None:
        return RatesView().dump(rates_of(loaded(RatesQuery, {"base": base})["base"]))


def _hold_nothing() -> None:
    """A service may take its time: nobody waits for it with a connection."""
    db.session.rollback()
