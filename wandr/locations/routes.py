"""Places over REST: search, neighbourhood, custom places, estimated ways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import BadRequest, Conflict, Invalid, NotFound, Stale
from wandr.http.etags import expected_version, made_here, version_of, versioned
from wandr.http.pages import PageQuery, page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.locations import asked, custom, service
from wandr.locations.models import Location
from wandr.locations.schemas import (
    AttributionsView,
    CustomPlaceFields,
    CustomPlaceUpdate,
    FoundPage,
    LocationView,
    MatrixQuestion,
    MatrixView,
    MergeFields,
    NearbyQuery,
    NeighbourView,
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

blueprint = Blueprint(
    "locations", __name__, url_prefix="/locations", description="Places on Earth."
)
VIEW = LocationView()


@blueprint.route("/search")
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, FoundPage)
@problems(Invalid)
def search_locations(args: dict[str, Any]) -> Response:
    """Find places by name, in any script, typos forgiven; addresses where a geocoder is set."""
    found = asked.search_places(args.pop("q"), viewer_id=me().user_id, **args)
    return _degraded(jsonify(found), found["degraded"])


@blueprint.route("/nearby")
@door(Access.USER)
@blueprint.arguments(NearbyQuery, location="query")
@blueprint.response(200, page_of(NeighbourView))
@problems(Invalid)
def list_nearby_locations(args: dict[str, Any]) -> Response:
    """List places around a point, the nearest first."""
    found = service.locations_near(args.pop("lat"), args.pop("lon"), viewer_id=me().user_id, **args)
    bodies = [{**VIEW.dump(place), "distance_m": round(distance_m)} for place, distance_m in found]
    return page_response(bodies, None)


@blueprint.route("/attributions")
@door(Access.OPEN)
@blueprint.response(200, AttributionsView)
def list_attributions() -> dict[str, Any]:
    """Whom to thank for the places that are loaded here."""
    return {"attributions": service.attributions()}


@blueprint.route("/reverse")
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(PointQuery, location="query")
@blueprint.response(200, LocationView)
@problems(Invalid, NotFound)
def read_nearest_city(args: dict[str, Any]) -> Response:
    """Tell what a geocoder says is at a point, else the nearest city, with its country and zone."""
    place, degraded = asked.place_at(Point(args["lat"], args["lon"]))
    return _degraded(versioned(place, 0), degraded)


@blueprint.route("/weather")
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(WeatherQuery, location="query")
@blueprint.response(200, WeatherView)
@problems(Invalid)
def read_weather(args: dict[str, Any]) -> dict[str, Any]:
    """Foresee the weather at a point, where a service is set; no days without one."""
    return asked.foresee_weather(Point(args["lat"], args["lon"]), args["first"], args["last"])


@blueprint.route("/rates")
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(RatesQuery, location="query")
@blueprint.response(200, RatesView)
@problems(Invalid)
def read_rates(args: dict[str, Any]) -> dict[str, Any]:
    """Tell what other currencies were worth, and when: the rates that came along."""
    return rates_of(args["base"])


@blueprint.route("")
@door(Access.USER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(LocationView))
@problems(Invalid)
def list_own_locations(args: dict[str, Any]) -> Response:
    """List the places of your own, the newest first."""
    found, cursor = custom.NEWEST_FIRST.page(custom.own_places(me().user_id), args["page"])
    return page_response(VIEW.dump(found, many=True), cursor)


@blueprint.route("/<uuid:location_id>")
@door(Access.USER)
@blueprint.response(200, LocationView)
@problems(NotFound)
def read_location(location_id: UUID) -> Response:
    """Read a place; a custom one only if it is yours."""
    return _answer(service.find_location(location_id, me().user_id))


@blueprint.route("", methods=["POST"])
@door(Access.USER)
@blueprint.arguments(CustomPlaceFields)
@blueprint.response(201, LocationView)
@blueprint.alt_response(200, schema=LocationView)
@problems(Invalid, Conflict)
def create_location(body: dict[str, Any]) -> Response:
    """Add a place of your own; nobody else finds it. One that you have already is told: 200."""
    place, is_new = custom.add_place(me().user_id, body)
    if not is_new:
        return _answer(place)
    return _answer(place, status=201, headers=made_here(place.id))


@blueprint.route("/<uuid:location_id>", methods=["PATCH"])
@door(Access.USER)
@blueprint.arguments(CustomPlaceUpdate)
@blueprint.response(200, LocationView)
@problems(Invalid, NotFound, Stale)
def update_location(body: dict[str, Any], location_id: UUID) -> Response:
    """Change a place of your own; activities keep the copy that they have."""
    expected = expected_version()
    return _answer(custom.change_place(me().user_id, location_id, body, expected=expected))


@blueprint.route("/<uuid:location_id>", methods=["DELETE"])
@door(Access.USER)
@blueprint.response(204)
@problems(NotFound, Stale)
def delete_location(location_id: UUID) -> None:
    """Forget a place of your own; activities keep the copy that they have."""
    custom.delete_place(me().user_id, location_id, expected=expected_version())


@blueprint.route("/<uuid:location_id>/merge", methods=["POST"])
@door(Access.USER)
@blueprint.arguments(MergeFields)
@blueprint.response(200, LocationView)
@problems(Conflict, Invalid, NotFound)
def merge_location(body: dict[str, Any], location_id: UUID) -> Response:
    """Make one of two places: one of your own goes, and is found as the other from then on."""
    return _answer(custom.merge_places(me().user_id, location_id, body["into"]))


@blueprint.route("/route", methods=["POST"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(RouteQuestion)
@blueprint.response(200, RouteView)
@problems(BadRequest, Invalid)
def estimate_way(question: dict[str, Any]) -> dict[str, Any]:
    """Measure the way through points, leg by leg; an estimate where no router answers."""
    return asked.measure_route(question["points"], question["mode"])


@blueprint.route("/matrix", methods=["POST"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(MatrixQuestion)
@blueprint.response(200, MatrixView)
@problems(BadRequest, Invalid)
def estimate_ways(question: dict[str, Any]) -> dict[str, Any]:
    """Measure the ways from every point to every other."""
    return asked.measure_matrix(question["points"], question["mode"])


def _degraded(response: Response, services: list[str]) -> Response:
    """The answer, which says in a header who had no part in it."""
    if services:
        response.headers["Wandr-Degraded"] = ", ".join(services)
    return response


def _answer(place: Location, **more: Any) -> Response:
    return versioned(VIEW.dump(place), version_of(place), **more)
