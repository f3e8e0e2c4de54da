"""A trip as GPX 1.1 (topografix.com/GPX/1/1): a waypoint per stop, a route per day."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from wandr.exports.plan import Plan
from wandr.exports.stops import Stop, decimal, stops_of, ways_of
from wandr.exports.words import hours_of, one_line, thanks_for, web_address, words_of
from wandr.exports.xml import child, written

NAMESPACE = "http://www.topografix.com/GPX/1/1"


def gpx_of(plan: Plan) -> str:
    """The document as text. Activities without a place are not in it."""
    root = Element("gpx", {"xmlns": NAMESPACE, "version": "1.1", "creator": "Wandr"})
    stops, metadata = list(stops_of(plan.activities)), child(root, "metadata")
    child(metadata, "name", one_line(plan.trip.title))
    if thanks := thanks_for(stop.place for stop in stops):
        child(metadata, "desc", f"Places: {thanks}")
    for stop in stops:
        _add_waypoint(root, stop)
    for day, stops in ways_of(plan):
        route = child(root, "rte")
        child(route, "name", str(day))
        for stop in stops:
            point = child(route, "rtept", lat=decimal(stop.latitude), lon=decimal(stop.longitude))
            child(point, "name", stop.name)
    return written(root)


def _add_waypoint(root: Element, stop: Stop) -> None:
    """Its children in the order that the schema demands."""
    activity = stop.activity
    point = child(root, "wpt", lat=decimal(stop.latitude), lon=decimal(stop.longitude))
    child(point, "name", stop.name)
    if hours := hours_of(activity):
        child(point, "cmt", hours)
    if words := words_of(activity):
        child(point, "desc", words)
    if activity.url:
        child(point, "link", href=web_address(activity.url))
    child(point, "type", activity.kind)
