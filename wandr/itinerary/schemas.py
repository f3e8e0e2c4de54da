"""What clients set and see of an activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

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
from wandr.trips.dates import ShiftDays

OPTIONAL: dict[str, Any] = {"allow_none": True, "load_default": None}
SEEN: dict[str, Any] = {"allow_none": True, "required": True}
MAX_COST = 10**15
OF_PLACE = {"description": "That of a location that is set, unless told."}
OF_END = {"description": "That of an end_location that is set, unless told."}


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
    timezone = Zone(**OPTIONAL, metadata=OF_PLACE)
    end_day = Day(**OPTIONAL)
    end_timezone = Zone(**OPTIONAL, metadata=OF_END)
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
    """New dates to try out: `start_date` and `end_date`, perhaps with a `mode`; or `shift_days`."""

    example = {"start_date": "2027-04-08", "end_date": "2027-04-12", "mode": "shift"}

    start_date = Day(allow_none=True)
    end_date = Day(allow_none=True)
    mode = Choice("keep", "shift", metadata={"description": "Default: keep."})
    shift_days = ShiftDays()

    @validates_schema
    def say_one_thing(self, data: Mapping[str, Any], **more: Any) -> None:
        """Refuse half of the dates, and both ways of naming them at once."""
        missing = [name for name in ("start_date", "end_date") if name not in data]
        if "shift_days" not in data and missing:
            raise ValidationError({name: ["Missing data for required field."] for name in missing})
        if "shift_days" in data and len(data) > 1:
            raise ValidationError("Stands alone.", "shift_days")


class MovedView(WandrSchema):
    """An activity that new dates would touch; without a `new_day` it would be unscheduled."""

    id = Identifier(required=True)
    title = Text(200, required=True)
    day = Day(required=True)
    new_day = Day(**SEEN)


class DatesPreviewView(WandrSchema):
    """The new dates and what they would do; nothing has been changed."""

    start_date = Day(**SEEN)
    end_date = Day(**SEEN)
    unscheduled = fields.List(fields.Nested(MovedView), required=True)
    moved = fields.List(fields.Nested(MovedView), required=True)
