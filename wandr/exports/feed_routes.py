"""Calendar feeds over REST."""

from __future__ import annotations

from uuid import UUID

from flask import Response, url_for

from wandr.auth.door import Access, door
from wandr.auth.principal import me
from wandr.errors import NotFound
from wandr.exports import feeds
from wandr.exports.attachments import attachment
from wandr.exports.calendar import calendar_of
from wandr.exports.media import CALENDAR, CALENDAR_UTF8
from wandr.exports.schemas import FeedView
from wandr.http.schema import Blueprint, problems
from wandr.permissions import Permission

blueprint = Blueprint("feeds", __name__, description="Trips that a calendar follows.")


@blueprint.route("/trips/<uuid:trip_id>/calendar", methods=["POST"])
@door(Permission.VIEW)
@blueprint.response(201, FeedView)
def open_calendar_feed(trip_id: UUID) -> dict[str, str]:
    """Open a feed at a secret address, told this once; the address before it ends."""
    token = feeds.open_feed(me().user_id, trip_id)
    return {"url": url_for("feeds.read_calendar_feed", token=token, _external=True)}


@blueprint.route("/trips/<uuid:trip_id>/calendar", methods=["DELETE"])
@door(Permission.VIEW)
@blueprint.response(204)
def close_calendar_feed(trip_id: UUID) -> None:
    """End one's feed of a trip."""
    feeds.close_feed(me().user_id, trip_id)


@blueprint.route("/calendar/<string:token>.ics")
@door(Access.OPEN)
@blueprint.response(200, {"type": "string"}, content_type=CALENDAR)
@blueprint.alt_response(304, "NOT_MODIFIED")
@problems(NotFound)
def read_calendar_feed(token: str) -> Response:
    """The scheduled activities of a trip, for who has the address and for as long as they may."""
    plan = feeds.read_feed(token)
    response = attachment(calendar_of(plan), plan, "ics", CALENDAR_UTF8)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
