"""A trip as a file, over REST."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Response

from wandr.auth.door import door
from wandr.auth.principal import me
from wandr.changes.feed import snapshot_of
from wandr.days.days import days_of
from wandr.exports.attachments import attachment
from wandr.exports.calendar import calendar_of
from wandr.exports.geojson import geojson_of
from wandr.exports.gpx import gpx_of
from wandr.exports.kml import kml_of
from wandr.exports.media import CALENDAR, CALENDAR_UTF8, GEOJSON, GPX, KML
from wandr.exports.page import POLICY, page_of
from wandr.exports.plan import read_plan
from wandr.exports.schemas import GeoJsonView
from wandr.exports.trip_file import TripFile, trip_file
from wandr.http.etags import versioned
from wandr.http.schema import Blueprint
from wandr.permissions import Permission

blueprint = Blueprint(
    "exports", __name__, url_prefix="/trips/<uuid:trip_id>", description="A trip as a file."
)
TEXT = {"type": "string"}


@blueprint.route("/export.ics")
@door(Permission.VIEW)
@blueprint.response(200, TEXT, content_type=CALENDAR)
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_calendar(trip_id: UUID) -> Response:
    """The scheduled activities of a trip as a calendar file (RFC 5545)."""
    plan = read_plan(me().user_id, trip_id)
    return attachment(calendar_of(plan), plan, "ics", CALENDAR_UTF8)


@blueprint.route("/export.gpx")
@door(Permission.VIEW)
@blueprint.response(200, TEXT, content_type=GPX)
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_gpx(trip_id: UUID) -> Response:
    """The places of a trip as GPX 1.1: waypoints, and a route for each day."""
    plan = read_plan(me().user_id, trip_id)
    return attachment(gpx_of(plan), plan, "gpx", GPX)


@blueprint.route("/export.kml")
@door(Permission.VIEW)
@blueprint.response(200, TEXT, content_type=KML)
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_kml(trip_id: UUID) -> Response:
    """The places of a trip as KML 2.2, with a folder for each day."""
    plan = read_plan(me().user_id, trip_id)
    return attachment(kml_of(plan), plan, "kml", KML)


@blueprint.route("/export.geojson")
@door(Permission.VIEW)
@blueprint.response(200, GeoJsonView, content_type=GEOJSON)
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_geojson(trip_id: UUID) -> Response:
    """The places of a trip as GeoJSON (RFC 7946): points, and a line for each day."""
    plan = read_plan(me().user_id, trip_id)
    return attachment(json.dumps(geojson_of(plan)), plan, "geojson", GEOJSON)


@blueprint.route("/export.json")
@door(Permission.VIEW)
@blueprint.response(200, TripFile)
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_json(trip_id: UUID) -> Response:
    """The whole trip as a file of Wandr's own: importing it makes the same trip again."""
    plan = read_plan(me().user_id, trip_id)
    text = json.dumps(trip_file(plan), ensure_ascii=False, indent=1)
    return attachment(text, plan, "json", "application/json")


@blueprint.route("/export.html")
@door(Permission.VIEW)
@blueprint.response(200, TEXT, content_type="text/html")
@blueprint.alt_response(304, "NOT_MODIFIED")
def export_page(trip_id: UUID) -> Response:
    """The trip as a page to print, day by day; it loads nothing."""
    snapshot = snapshot_of(trip_id, me().user_id)
    page = page_of(snapshot, days_of(snapshot))
    response = versioned(page, snapshot["seq"], headers={"Content-Security-Policy": POLICY})
    response.content_type = "text/html; charset=utf-8"
    return response
