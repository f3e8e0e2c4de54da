"""A trip as a file of its own: all that its members have set, and nothing about who they are.

Export, import and export again give the same file, but for the ids, which are made anew. Places
stand in it by their source (`source`, `source_id`): a server knows its own again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields, validate

from wandr.exports.plan import Plan
from wandr.exports.words import UNNAMED_PLACE
from wandr.http.fields import Choice, Identifier, Whole
from wandr.http.schema import WandrSchema
from wandr.itinerary.schemas import ActivityFields
from wandr.locations.schemas import PlaceRecord
from wandr.trips.schemas import TripFields
from wandr.zones import known_zone

FORMAT: Final = "wandr-trip"
FORMAT_VERSION: Final = 1
PLACES: Final = ("location", "end_location")
ZONE_FIELDS: Final = ("timezone", "end_timezone")

Record = Mapping[str, Any]


class ActivityRecord(ActivityFields):
    """An activity in a file, its places in full."""

    class Meta(ActivityFields.Meta):
        exclude = ("location_id", "end_location_id")

    id = Identifier(required=True)
    location = fields.Nested(PlaceRecord, allow_none=True, load_default=None)
    end_location = fields.Nested(PlaceRecord, allow_none=True, load_default=None)


class ContentRecords(WandrSchema):
    """The content of a trip by kind, each list in its order."""

    activity = fields.List(
        fields.Nested(ActivityRecord), load_default=list, validate=validate.Length(max=10_000)
    )


class TripFile(WandrSchema):
    """A whole trip."""

    example = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "trip": {"title": "Kyoto in spring"},
        "entities": {"activity": []},
    }

    format = Choice(FORMAT, required=True)
    format_version = Whole(FORMAT_VERSION, FORMAT_VERSION, required=True)
    trip = fields.Nested(TripFields, required=True)
    entities = fields.Nested(ContentRecords, load_default=lambda: {"activity": []})


_FILE: Final = TripFile()


def trip_file(plan: Plan) -> Mapping[str, Any]:
    """The file of a plan, as `TripFile` reads it. Same state, same file, but for ids.

    What was stored when less was refused is told as none.
    """
    whole = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "trip": plan.trip,
        "entities": {"activity": plan.activities},
    }
    told: dict[str, Any] = _FILE.dump(whole)
    told["trip"] = _with_known_zones(told["trip"])
    told["entities"]["activity"] = [_readable(one) for one in told["entities"]["activity"]]
    return told


def _readable(activity: Record) -> Record:
    places = {name: activity[name] and _readable_place(activity[name]) for name in PLACES}
    return {**_with_known_zones(activity), **places}


def _readable_place(place: Record) -> Record:
    return {
        **_with_known_zones(place),
        "name": place["name"] if place["name"].strip() else UNNAMED_PLACE,
    }


def _with_known_zones(record: Record) -> Record:
    zones = {name: known_zone(record[name]) for name in ZONE_FIELDS if name in record}
    return {**record, **zones}
