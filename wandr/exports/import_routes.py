"""Files as trips, and as ideas of trips, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import BadRequest, Conflict, Invalid, NotFound, TooLarge, UnsupportedMediaType
from wandr.exports.place_files import READERS
from wandr.exports.place_import import import_places
from wandr.exports.schemas import CopyFields, PlaceImportView
from wandr.exports.trip_file import TripFile
from wandr.exports.trip_import import copy_of_trip, import_trip
from wandr.extensions import db
from wandr.http.etags import versioned
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission
from wandr.trips.models import Trip
from wandr.trips.schemas import TripView
from wandr.trips.service import Founder, trip_as_json

blueprint = Blueprint("imports", __name__, url_prefix="/trips", description="Files made trips.")
MOST_BYTES = 8 * 1024 * 1024
FILES = {media: {"schema": {"type": "string"}} for media in READERS}


@blueprint.route("/import", methods=["POST"])
@door(Access.USER, most_bytes=MOST_BYTES)
@blueprint.arguments(TripFile)
@blueprint.response(201, TripView)
@problems(BadRequest, Conflict, Invalid)
def import_trip_file(document: dict[str, Any]) -> Response:
    """Make a trip of a file that `export.json` made: whole, or not at all; at most 8 MiB."""
    return _created(import_trip(Founder.of(me()), document))


@blueprint.route("/<uuid:trip_id>/copy", methods=["POST"])
@door(Permission.VIEW)
@blueprint.arguments(CopyFields)
@blueprint.response(201, TripView)
@problems(Conflict, Invalid)
def copy_trip(body: dict[str, Any], trip_id: UUID) -> Response:
    """Make a trip of one's own with the content of another; nobody else is in it."""
    return _created(copy_of_trip(Founder.of(me()), trip_id, body))


@blueprint.route("/<uuid:trip_id>/import", methods=["POST"])
@door(Permission.EDIT_ITINERARY, most_bytes=MOST_BYTES)
@blueprint.doc(requestBody={"required": True, "content": FILES})
@blueprint.response(200, PlaceImportView)
@problems(BadRequest, Conflict, Invalid, TooLarge, UnsupportedMediaType)
def import_place_file(trip_id: UUID) -> dict[str, Any]:
    """Add the places of a GPX, KML or GeoJSON file as ideas; at most 300, of at most 8 MiB."""
    who, body = me(), request.get_data(cache=True)
    return import_places(trip_id, who.user_id, request.mimetype, body, client_id=who.session_id)


def _created(trip: Trip) -> Response:
    db.session.flush()  # Postgres renders the trip
    found = trip_as_json(me().user_id, trip.id)
    if found is None:
        raise NotFound()
    address = f"{request.url_root}api/v1/trips/{trip.id}"
    return versioned(*found, status=201, headers={"Location": address})
