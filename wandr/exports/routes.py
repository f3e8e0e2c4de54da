"""Exports over REST."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.exports.attachments import attachment
from wandr.exports.calendar import calendar_of
from wandr.exports.plan import read_plan
from wandr.http.schema import Blueprint
from wandr.permissions import Permission

blueprint = Blueprint(
    "exports", __name__, url_prefix="/trips/<uuid:trip_id>", description="A trip as a file."
)
CALENDAR = "text/calendar; charset=utf-8"


@blueprint.route("/export.ics")
@door(Permission.VIEW)
@blueprint.response(200, {"type": "string"}, content_type="text/calendar")
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_calendar(trip_id: UUID) -> Response:
    """The scheduled activities of a trip as a calendar file (RFC 5545)."""
    plan = read_plan(me().user_id, trip_id)
    return attachment(calendar_of(plan), plan, "ics", CALENDAR)
