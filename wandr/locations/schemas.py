"""What the location routes take and tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from wandr.http.fields import (
    Choice,
    Coordinate,
    Currency,
    Day,
    Flag,
    Identifier,
    Text,
    Whole,
    Zone,
)
from wandr.http.pages import page_of
from wandr.http.schema import WandrSchema, update_of
from wandr.locations.fields import Country, Hours, Near, PlaceName
from wandr.locations.kinds import CUSTOM, CUSTOM_KINDS, SEARCH_KINDS
from wandr.locations.routing import MODES
from wandr.locations.sphere import Point

QUERY = {"query": True}
MAX_ROUTE, MAX_MATRIX = 100, 25
# of the examples
KYOTO_STATION = {"latitude": 34.9858, "longitude": 135.7588}
FUSHIMI_INARI = {"latitude": 34.9671, "longitude": 135.7727}


class AttributionView(WandrSchema):
    """A source of places, whom to thank for them, and how many are loaded."""

    source = Text(40, required=True)
    attribution = Text(300, required=True)
    places = Whole(required=True)


class AttributionsView(WandrSchema):
    """All of them, by source."""

    attributions = fields.List(fields.Nested(AttributionView), required=True)


class PlaceRecord(WandrSchema):
    """What an activity keeps of a place, as a file tells it: named by its source, not by an id."""

    name = PlaceName(required=True)
    kind = Text(20, required=True)
    latitude = Coordinate(90, required=True)
    longitude = Coordinate(180, required=True)
    country_code = Country(required=True, allow_none=True)
    admin = Text(200, required=True, allow_none=True)
    timezone = Zone(required=True, allow_none=True)
    hours = Text(500, required=True, allow_none=True)
    source = Text(40, required=True)
    source_id = Text(200, required=True)
    attribution = Text(300, required=True)


class LocationView(PlaceRecord):
    """A place on Earth; `hours` in OSM syntax, `attribution` to be shown with it."""

    carries_etag = True

    id = Identifier(required=True)
    population = Whole(required=True, allow_none=True)
    attributes = fields.Dict(
        required=True,
        metadata={
            "description": "Of sights: minutes, interests, indoor, prominence, price_band, "
            "confidence, local_name, city. Of airports: iata, icao, city. "
            "Of places of one's own: other_names, of what was merged into them.",
            "additionalProperties": True,
        },
    )


class NeighbourView(LocationView):
    """A place and how far it is."""

    distance_m = Whole(0, required=True)


class SearchQuery(WandrSchema):
    """What to look for; `kind` may be `sight` for all kinds of sights."""

    q = Text(100, low=1, required=True)
    near = Near(load_default=None)
    kind = Choice(*SEARCH_KINDS, load_default=None)
    limit = Whole(1, 100, load_default=20, metadata=QUERY)


DEGRADED = "Services that should have had a part in this answer, and gave none in time."


class FoundPage(page_of(LocationView)):  # type: ignore[misc]
    """Places that were found."""

    degraded = fields.List(Text(40), required=True, metadata={"description": DEGRADED})


class PointQuery(WandrSchema):
    """A point."""

    lat = Coordinate(90, required=True, metadata=QUERY)
    lon = Coordinate(180, required=True, metadata=QUERY)


class NearbyQuery(PointQuery):
    """A point and a radius."""

    radius_m = Whole(1, 200_000, load_default=10_000, metadata=QUERY)
    kind = Choice(*SEARCH_KINDS, load_default=None)
    limit = Whole(1, 100, load_default=20, metadata=QUERY)


class CustomPlaceFields(WandrSchema):
    """A place of one's own. Country and zone come from the nearest city when not given."""

    example = {
        "name": "Grandmother's house",
        "kind": "home",
        "latitude": 35.0116,
        "longitude": 135.7681,
    }

    name = PlaceName(required=True)
    kind = Choice(*CUSTOM_KINDS, load_default=CUSTOM)
    latitude = Coordinate(90, required=True)
    longitude = Coordinate(180, required=True)
    country_code = Country()
    timezone = Zone()
    hours = Hours(load_default=None, allow_none=True)


class PointFields(WandrSchema):
    """Degrees."""

    latitude = Coordinate(90, required=True)
    longitude = Coordinate(180, required=True)

    @post_load
    def point(self, data: dict[str, Any], **_: Any) -> Point:
        return Point(**data)


class RouteQuestion(WandrSchema):
    """Points in the order of the journey."""

    example = {"points": [KYOTO_STATION, FUSHIMI_INARI], "mode": "walk"}

    points = fields.List(
        fields.Nested(PointFields), required=True, validate=validate.Length(2, MAX_ROUTE)
    )
    mode = Choice(*MODES, load_default="walk")


class MatrixQuestion(WandrSchema):
    """Points of which every pair is wanted."""

    example = {"points": [KYOTO_STATION, FUSHIMI_INARI]}

    points = fields.List(
        fields.Nested(PointFields), required=True, validate=validate.Length(1, MAX_MATRIX)
    )
    mode = Choice(*MODES, load_default="walk")


class LegView(WandrSchema):
    """One way; `estimate` is true when no router answered."""

    distance_m = Whole(0, required=True)
    duration_s = Whole(0, required=True)
    source = Text(40, required=True)
    estimate = Flag(required=True)


class RouteView(WandrSchema):
    """The legs between consecutive points, and their sums; `attribution` to be shown with them."""

    mode = Choice(*MODES, required=True)
    legs = fields.List(fields.Nested(LegView), required=True)
    distance_m = Whole(0, required=True)
    duration_s = Whole(0, required=True)
    source = Text(40, required=True)
    attribution = Text(300, required=True, allow_none=True)
    estimate = Flag(required=True)
    degraded = fields.List(Text(40), required=True, metadata={"description": DEGRADED})


class MatrixView(WandrSchema):
    """Metres and seconds from each point (row) to each (column), `attribution` to be shown too."""

    mode = Choice(*MODES, required=True)
    distances_m = fields.List(fields.List(fields.Integer()), required=True)
    durations_s = fields.List(fields.List(fields.Integer()), required=True)
    source = Text(40, required=True)
    attribution = Text(300, required=True, allow_none=True)
    estimate = Flag(required=True)
    degraded = fields.List(Text(40), required=True, metadata={"description": DEGRADED})


class WeatherQuery(PointQuery):
    """A point and days: at most sixteen, of which those to come can be foreseen."""

    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")

    @validates_schema
    def be_in_order(self, data: Mapping[str, Any], **more: Any) -> None:
        """Refuse days that run backwards, and too many."""
        if data["last"] < data["first"]:
            raise ValidationError("Must not be before `from`.", "to")
        if (data["last"] - data["first"]).days > 15:
            raise ValidationError("At most sixteen days.", "to")


class DayWeatherView(WandrSchema):
    """The weather of one day; `weather_code` is that of WMO table 4677."""

    day = Day(required=True)
    temperature_min_c = fields.Float(required=True, allow_none=True)
    temperature_max_c = fields.Float(required=True, allow_none=True)
    precipitation_mm = fields.Float(required=True, allow_none=True)
    weather_code = Whole(required=True, allow_none=True)


class WeatherView(WandrSchema):
    """The days that can be foreseen; without a service there are none, and no `source`."""

    source = Text(40, required=True, allow_none=True)
    attribution = Text(300, required=True, allow_none=True)
    days = fields.List(fields.Nested(DayWeatherView), required=True)
    degraded = fields.List(Text(40), required=True, metadata={"description": DEGRADED})


class RatesQuery(WandrSchema):
    """In which currency one unit is."""

    base = Currency(load_default="EUR")


class RatesView(WandrSchema):
    """How much of other currencies one unit of `base` is worth, as decimals, on that day."""

    base = Currency(required=True)
    date = Day(required=True)
    source = Text(100, required=True)
    rates = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class MergeFields(WandrSchema):
    """Which place stays."""

    into = Identifier(required=True)


class CustomPlaceUpdate(update_of(CustomPlaceFields, "CustomPlaceUpdateBase")):  # type: ignore[misc]
    """A change of a place of one's own; activities keep the copy that they have."""

    example = {"name": "Grandmother's new house"}
