"""What exports and imports tell beside the files themselves."""

from __future__ import annotations

from marshmallow import fields

from wandr.http.fields import Identifier, Text, Whole
from wandr.http.schema import WandrSchema


class FeedView(WandrSchema):
    """The secret address of a calendar feed, told this once."""

    url = Text(2000, required=True)


class CopyFields(WandrSchema):
    """What the copy of a trip is called; the same, unless it is said."""

    optional_body = True
    example = {"title": "Kyoto again"}

    title = Text(200, low=1)


class GeoJsonView(WandrSchema):
    """A GeoJSON feature collection (RFC 7946)."""

    type = Text(40, required=True)
    name = Text(200, required=True)
    features = fields.List(fields.Dict(), required=True)


class CreatedPlaceView(WandrSchema):
    """An activity that was made of a place."""

    id = Identifier(required=True)
    title = Text(200, required=True)


class SkippedPlaceView(WandrSchema):
    """What was left out, and why."""

    name = Text(200, required=True)
    reason = Text(200, required=True)


class PlaceImportView(WandrSchema):
    """What an import has added: one change, undone as one. Of what it left out, the first 100."""

    head = Whole(required=True)
    created = fields.List(fields.Nested(CreatedPlaceView), required=True)
    skipped = fields.List(fields.Nested(SkippedPlaceView), required=True)
    skipped_count = Whole(0, required=True)
