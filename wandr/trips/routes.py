"""Trips over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.changes.content import apply_from_rest
from wandr.changes.feed import read_text
from wandr.changes.ops import Op
from wandr.changes.schemas import TextView
from wandr.errors import BadRequest, Conflict, Invalid, NotFound, Stale
from wandr.extensions import db
from wandr.http.etags import made_here, versioned
from wandr.http.pages import PageQuery, page_of, page_text
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission
from wandr.trips import service
from wandr.trips.content import TRIP
from wandr.trips.schemas import TripFields, TripQuery, TripUpdate, TripView
from wandr.trips.service import NEWEST_FIRST, Founder, TripFilter

blueprint = Blueprint("trips", __name__, url_prefix="/trips", description="What a group plans.")


@blueprint.route("")
@door(Access.USER)
@blueprint.arguments(TripQuery, location="query")
@blueprint.response(200, page_of(TripView))
@problems(Invalid)
def list_trips(args: dict[str, Any]) -> Response:
    """List the trips you are a member of, newest first."""
    page = args.pop("page")
    return page_text(*NEWEST_FIRST.page(service.trips_of(me().user_id, TripFilter(**args)), page))


@blueprint.route("", methods=["POST"])
@door(Access.USER)
@blueprint.arguments(TripFields)
@blueprint.response(201, TripView)
@problems(BadRequest, Invalid)
def create_trip(body: dict[str, Any]) -> Response:
    """Create a trip and become its organizer."""
    trip = service.create_trip(Founder.of(me()), body)
    return _answer(trip.id, status=201, headers=made_here(trip.id))


@blueprint.route("/trash")
@door(Access.USER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(TripView))
@problems(Invalid)
def list_trash(args: dict[str, Any]) -> Response:
    """List your trips that are in the trash."""
    chosen = service.trips_of(me().user_id, TripFilter(in_trash=True))
    return page_text(*NEWEST_FIRST.page(chosen, args["page"]))


@blueprint.route("/<uuid:trip_id>")
@door(Permission.VIEW)
@blueprint.response(200, TripView)
def read_trip(trip_id: UUID) -> Response:
    """One trip."""
    return _answer(trip_id)


@blueprint.route("/<uuid:trip_id>", methods=["PATCH", "PUT"])
@door(Permission.EDIT_TRIP)
@blueprint.arguments(TripUpdate)
@blueprint.response(200, TripView)
@problems(BadRequest, Conflict, Stale, Invalid)
def update_trip(body: dict[str, Any], trip_id: UUID) -> Response:
    """Change fields of a trip; new dates never delete activities."""
    options = {name: body.pop(name) for name in TRIP.option_names if name in body}
    apply_from_rest(trip_id, Op("update", TRIP, trip_id, body, options=options))
    return _answer(trip_id)


@blueprint.route("/<uuid:trip_id>", methods=["DELETE"])
@door(Permission.DELETE_TRIP)
@blueprint.response(204)
@problems(Stale)
def delete_trip(trip_id: UUID) -> tuple[str, int]:
    """Move a trip to the trash."""
    apply_from_rest(trip_id, Op("delete", TRIP, trip_id))
    return "", 204


@blueprint.route("/<uuid:trip_id>/text/notes")
@door(Permission.VIEW)
@blueprint.response(200, TextView)
def read_trip_notes(trip_id: UUID) -> Response:
    """The Yjs document behind the notes of a trip."""
    return versioned(*read_text(TRIP, trip_id, trip_id, "notes", viewer=me().user_id))


@blueprint.route("/<uuid:trip_id>/restoration", methods=["POST"])
@door(Permission.DELETE_TRIP)
@blueprint.response(200, TripView)
@problems(Conflict, Stale)
def restore_trip(trip_id: UUID) -> Response:
    """Take a trip out of the trash."""
    apply_from_rest(trip_id, Op("restore", TRIP, trip_id))
    return _answer(trip_id)


def _answer(trip_id: UUID, **more: Any) -> Response:
    db.session.flush()  # Postgres renders the trip
    found = service.trip_as_json(me().user_id, trip_id)
    if found is None:
        raise NotFound()
    return versioned(*found, **more)
