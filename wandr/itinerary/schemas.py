"""What clients set and see of an activity."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from wandr.http.fields import (
    Choice,
    Clock,
    Currency,
    Day,
    Flag,
    Identifier,
    Instant,
    JsonObject,
    ListOf,
    Text,
    WebAddress,
    Whole,
    Zone,
)
from wandr.http.schema import WandrSchema
from wandr.itinerary.models import KINDS, STATUSES

OPTIONAL: dict[str, Any] = {"allow_none": True, "load_default": None}
SEEN: dict[str, Any] = {"allow_none": True, "required": True}
MAX_COST = 10**15


class ActivityFields(WandrSchema):
    """What a client may set of an activity."""

    example = {
        "title": "Fushimi Inari at dawn",
        "kind": "activity",
        "status": "planned",
        "day": "2027-04-02",
        "start_time": "06:00",
        "end_time": "08:30",
        "timezone": "Asia/Tokyo",
        "notes": "Before the crowds.",
        "cost_minor": 0,
        "currency": "JPY",
    }

    title = Text(200, low=1, required=True, metadata={"example": "Fushimi Inari at dawn"})
    kind = Choice(*KINDS, load_default="activity")
    status = Choice(*STATUSES, load_default="planned")
    day = Day(**OPTIONAL, metadata={"example": "2027-04-02"})
    start_time = Clock(**OPTIONAL)
    end_time = Clock(**OPTIONAL)
    timezone = Zone(**OPTIONAL)
    end_day = Day(**OPTIONAL)
    end_timezone = Zone(**OPTIONAL)
    location_id = Identifier(**OPTIONAL)
    end_location_id = Identifier(**OPTIONAL)
    notes = Text(10_000, load_default="")
    url = WebAddress(**OPTIONAL)
    booking_ref = Text(200, **OPTIONAL)
    cost_minor = Whole(0, MAX_COST, **OPTIONAL, metadata={"description": "In minor units."})
    currency = Currency(**OPTIONAL)
    participants = ListOf(Identifier(), 100, load_default=list)
    locked = Flag(load_default=False)


class ActivityView(WandrSchema):
    """An activity; `location` is a copy made when it was set."""

    id = Identifier(required=True)
    title = Text(200, required=True)
    kind = Choice(*KINDS, required=True)
    status = Choice(*STATUSES, required=True)
    day = Day(**SEEN)
    start_time = Clock(**SEEN)
    end_time = Clock(**SEEN)
    timezone = Zone(**SEEN)
    end_day = Day(**SEEN)
    end_timezone = Zone(**SEEN)
    location_id = Identifier(**SEEN)
    location = JsonObject(**SEEN)
    end_location_id = Identifier(**SEEN)
    end_location = JsonObject(**SEEN)
    notes = Text(10_000, required=True)
    url = WebAddress(**SEEN)
    booking_ref = Text(200, **SEEN)
    cost_minor = Whole(0, MAX_COST, **SEEN)
    currency = Currency(**SEEN)
    participants = ListOf(Identifier(), 100, required=True)
    locked = Flag(required=True)
    position = Text(100, required=True)
    version = Whole(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class DatesPreviewSchema(WandrSchema):
    """New dates to try out."""

    example = {"start_date": "2027-04-08", "end_date": "2027-04-12", "mode": "shift"}

    start_date = Day(allow_none=True, required=True)
    end_date = Day(allow_none=True, required=True)
    mode = Choice("keep", "shift", load_default="keep")


class MovedView(WandrSchema):
    """An activity that new dates would touch; without a `new_day` it would be unscheduled."""

    id = Identifier(required=True)
    title = Text(200, required=True)
    day = Day(required=True)
    new_day = Day(**SEEN)


class DatesPreviewView(WandrSchema):
    """What the new dates would do; nothing has been changed."""

    unscheduled = fields.List(fields.Nested(MovedView), required=True)
    moved = fields.List(fields.Nested(MovedView), required=True)
