"""Activities over REST, and what new trip dates would do to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.changes.content import content_routes
from wandr.errors import BadRequest, Invalid
from wandr.http.schema import Blueprint, problems
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.dates import preview_dates
from wandr.itinerary.schemas import DatesPreviewSchema, DatesPreviewView
from wandr.permissions import Permission
from wandr.trips.access import trip_for
from wandr.trips.dates import refuse_wrong_dates, shifted_dates

activities = content_routes(ACTIVITY)
blueprint = Blueprint("dates", __name__, url_prefix="/trips/<uuid:trip_id>/dates")


@blueprint.route("/preview", methods=["POST"])
@door(Permission.VIEW)
@blueprint.arguments(DatesPreviewSchema)
@blueprint.response(200, DatesPreviewView)
@problems(BadRequest, Invalid)
def preview_trip_dates(body: dict[str, Any], trip_id: UUID) -> dict[str, Any]:
    """What new dates would unschedule or move; changes nothing."""
    trip = trip_for(me().user_id, trip_id).trip
    if "shift_days" in body:
        return preview_dates(trip, shifted_dates(trip, body["shift_days"]), "shift")
    refuse_wrong_dates(body["start_date"], body["end_date"])
    return preview_dates(trip, (body["start_date"], body["end_date"]), body.get("mode", "keep"))
