"""The day view over REST."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.changes.feed import snapshot_of
from wandr.days.days import days_of
from wandr.days.schemas import DaysView
from wandr.http.etags import versioned
from wandr.http.schema import Blueprint
from wandr.permissions import Permission

blueprint = Blueprint(
    "days", __name__, url_prefix="/trips/<uuid:trip_id>/days", description="A trip day by day."
)


@blueprint.route("")
@door(Permission.VIEW)
@blueprint.response(200, DaysView)
def read_days(trip_id: UUID) -> Response:
    """The days of a trip: activities in order, ways between them, hours, sun and holidays."""
    days = days_of(snapshot_of(trip_id, me().user_id))
    return versioned(days, days["seq"])
