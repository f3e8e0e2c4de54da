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
from wandr.itinerary.dates import preview_wanted
from wandr.itinerary.schemas import DatesPreviewSchema, DatesPreviewView
from wandr.permissions import Permission
from wandr.trips.access import trip_for

activities = content_routes(ACTIVITY)
blueprint = Blueprint("dates", __name__, url_prefix="/trips/<uuid:trip_id>/dates")


@blueprint.route("/preview", methods=["POST"])
@door(Permission.VIEW)
@blueprint.arguments(DatesPreviewSchema)
@blueprint.response(200, DatesPreviewView)
@problems(BadRequest, Invalid)
def preview_trip_dates(body: dict[str, Any], trip_id: UUID) -> dict[str, Any]:
    """What new dates would unschedule or move; changes nothing."""
    return preview_wanted(trip_for(me().user_id, trip_id).trip, body)
