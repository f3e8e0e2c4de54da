"""Places over REST: search, neighbourhood, custom places, estimated ways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import BadRequest, Conflict, Invalid, NotFound
from wandr.http.etags import versioned
from wandr.http.pages import page_of, page_response
from wandr.http.schema import Blueprint, problems
from wandr.locations import service
from wandr.locations.models import Location
from wandr.locations.routing import Leg, estimate_matrix, estimate_route
from wandr.locations.schemas import (
    AttributionsView,
    CustomPlaceFields,
    LocationView,
    MatrixQuestion,
    MatrixView,
    NearbyQuery,
    NeighbourView,
    PointQuery,
    RouteQuestion,
    RouteView,
    SearchQuery,
)

blueprint = Blueprint(
    "locations", __name__, url_prefix="/locations", description="Places on Earth."
)
VIEW = LocationView()


@blueprint.route("/search")
@door(Access.USER)
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, page_of(LocationView))
@problems(Invalid)
def search_locations(args: dict[str, Any]) -> Response:
    """Find places by name, in any script, typos forgiven."""
    found = service.search_locations(args.pop("q"), viewer_id=me().user_id, **args)
    return page_response(VIEW.dump(found, many=True), None)


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
@door(Access.USER)
@blueprint.arguments(PointQuery, location="query")
@blueprint.response(200, LocationView)
@problems(Invalid, NotFound)
def read_nearest_city(args: dict[str, Any]) -> Response:
    """Tell the nearest city, and with it the country and time zone of a point."""
    city = service.nearest_city(args["lat"], args["lon"])
    if city is None:
        raise NotFound("No cities are loaded here: run `flask locations load`.")
    return _answer(city)


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
@problems(Invalid, Conflict)
def create_location(body: dict[str, Any]) -> Response:
    """Add a place of your own; nobody else finds it."""
    place = service.create_custom_place(me().user_id, body)
    address = f"{request.base_url.rstrip('/')}/{place.id}"
    return _answer(place, status=201, headers={"Location": address})


@blueprint.route("/route", methods=["POST"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(RouteQuestion)
@blueprint.response(200, RouteView)
@problems(BadRequest, Invalid)
def estimate_way(question: dict[str, Any]) -> dict[str, Any]:
    """Estimate the way through points, leg by leg."""
    legs = estimate_route(question["points"], question["mode"])
    return {
        "mode": question["mode"],
        "legs": legs,
        "distance_m": sum(leg.distance_m for leg in legs),
        "duration_s": sum(leg.duration_s for leg in legs),
        **_origin_of(legs),
    }


@blueprint.route("/matrix", methods=["POST"])
@door(Access.USER, opens_transaction=False)
@blueprint.arguments(MatrixQuestion)
@blueprint.response(200, MatrixView)
@problems(BadRequest, Invalid)
def estimate_ways(question: dict[str, Any]) -> dict[str, Any]:
    """Estimate the ways from every point to every other."""
    rows = estimate_matrix(question["points"], question["mode"])
    return {
        "mode": question["mode"],
        "distances_m": [[leg.distance_m for leg in row] for row in rows],
        "durations_s": [[leg.duration_s for leg in row] for row in rows],
        **_origin_of([leg for row in rows for leg in row]),
    }


def _origin_of(legs: list[Leg]) -> dict[str, Any]:
    return {"source": legs[0].source, "estimate": any(leg.estimate for leg in legs)}


def _answer(place: Location, **more: Any) -> Response:
    return versioned(VIEW.dump(place), int(place.updated_at.timestamp()), **more)
