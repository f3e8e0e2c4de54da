"""The checker over REST: it needs no assistant, and changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from wandr.ai.checker.itinerary import Terms
from wandr.ai.findings import check_trip
from wandr.ai.schemas import CheckQuery, CheckView
from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.errors import Invalid
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission

blueprint = Blueprint("check", __name__, description="What cannot work in a plan.")


@blueprint.route("/trips/<uuid:trip_id>/check")
@door(Permission.VIEW)
@blueprint.arguments(CheckQuery, location="query")
@blueprint.response(200, CheckView)
@problems(Invalid)
def check(terms: Terms, trip_id: UUID) -> dict[str, Any]:
    """Check a trip: dates, times, ways, hours, stays, money. Unknown is said, never passed."""
    return check_trip(me().user_id, trip_id, terms)
