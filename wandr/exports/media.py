"""The media types of the files that a trip is exported to, and places are read from."""

from __future__ import annotations

from typing import Final

CALENDAR: Final = "text/calendar"
CALENDAR_UTF8: Final = f"{CALENDAR}; charset=utf-8"
GPX: Final = "application/gpx+xml"
KML: Final = "application/vnd.google-earth.kml+xml"
GEOJSON: Final = "application/geo+json"
