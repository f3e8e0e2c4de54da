"""A trip as KML 2.2 (OGC 07-147r2): a folder per day with its places and its way."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from xml.etree.ElementTree import Element

from wandr.exports.plan import Plan
from wandr.exports.stops import Stop, decimal, stops_of, ways_of
from wandr.exports.words import hours_of, one_line, thanks_for, web_address, words_of
from wandr.exports.xml import child, written

NAMESPACE = "http://www.opengis.net/kml/2.2"


def kml_of(plan: Plan) -> str:
    """The document as text. Activities without a place are not in it."""
    root = Element("kml", {"xmlns": NAMESPACE})
    document = child(root, "Document")
    stops = list(stops_of(plan.activities))
    child(document, "name", one_line(plan.trip.title))
    if thanks := thanks_for(stop.place for stop in stops):
        child(document, "description", escape(f"Places: {thanks}"))
    ways = dict(ways_of(plan))
    for day, there in groupby(stops, key=lambda stop: stop.activity.day):
        folder = child(document, "Folder")
        child(folder, "name", str(day) if day else "Unscheduled")
        for stop in there:
            _add_place(folder, stop)
        if day in ways:
            _add_way(folder, str(day), ways[day])
    return written(root)


def _add_place(folder: Element, stop: Stop) -> None:
    """Its children in the order that the schema demands."""
    activity = stop.activity
    placemark = child(folder, "Placemark")
    child(placemark, "name", stop.name)
    told = [hours_of(activity), words_of(activity), web_address(activity.url or "")]
    if any(told):  # readers show it as HTML
        paragraphs = "\n\n".join(one for one in told if one)
        child(placemark, "description", escape(paragraphs).replace("\n", "<br>"))
    if activity.day:
        child(child(placemark, "TimeStamp"), "when", str(activity.day))
    data = child(placemark, "ExtendedData")
    for name in ("kind", "status"):
        child(child(data, "Data", name=name), "value", getattr(activity, name))
    child(child(placemark, "Point"), "coordinates", _tuple(stop))


def _add_way(folder: Element, name: str, stops: Sequence[Stop]) -> None:
    placemark = child(folder, "Placemark")
    child(placemark, "name", f"{name}: the way")
    line = child(placemark, "LineString")
    child(line, "tessellate", "1")
    child(line, "coordinates", " ".join(map(_tuple, stops)))


def _tuple(stop: Stop) -> str:
    return f"{decimal(stop.longitude)},{decimal(stop.latitude)}"
