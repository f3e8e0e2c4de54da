"""What the day view tells."""

from __future__ import annotations

from marshmallow import fields

from wandr.http.fields import Currency, Day, Flag, Identifier, Text, Whole, Zone
from wandr.http.schema import WandrSchema
from wandr.itinerary.schemas import SEEN, ActivityView
from wandr.locations.schemas import LegView


class WayView(LegView):
    """The way to the next activity that has a place, as most people would go it."""

    to = Identifier(required=True)
    mode = Text(20, required=True)


class OpeningView(WandrSchema):
    """From when to when a place is open, by its clocks; 24:00 is midnight."""

    opens = Text(5, required=True)
    closes = Text(5, required=True)


class DayItemView(WandrSchema):
    """An activity in its day. `hours` are those of its place on that day, null when not known;
    `is_open` tells whether the visit lies within them."""

    activity = fields.Nested(ActivityView, required=True)
    hours = fields.List(fields.Nested(OpeningView), **SEEN)
    is_open = Flag(**SEEN)
    leg = fields.Nested(WayView, **SEEN)


class SunView(WandrSchema):
    """When the sun rises and sets where the day begins; null where it does not."""

    timezone = Zone(required=True)
    sunrise = Text(5, **SEEN)
    sunset = Text(5, **SEEN)


class HolidayView(WandrSchema):
    """A public holiday of a country that the day is spent in."""

    country_code = Text(2, required=True)
    name = Text(200, required=True)


class DayCostView(WandrSchema):
    """What a day costs in one currency, in minor units."""

    currency = Currency(required=True)
    cost_minor = Whole(0, 2**53, required=True)


class DayView(WandrSchema):
    """One day: its activities in order, and what goes on from earlier days (`ongoing`)."""

    day = Day(required=True)
    items = fields.List(fields.Nested(DayItemView), required=True)
    ongoing = fields.List(Identifier(), required=True)
    distance_m = Whole(0, required=True)
    duration_s = Whole(0, required=True)
    costs = fields.List(fields.Nested(DayCostView), required=True)
    sun = fields.Nested(SunView, **SEEN)
    holidays = fields.List(fields.Nested(HolidayView), required=True)


class DaysView(WandrSchema):
    """A trip day by day, and its activities without a day."""

    carries_etag = True

    trip_id = Identifier(required=True)
    seq = Whole(required=True)
    days = fields.List(fields.Nested(DayView), required=True)
    unscheduled = fields.List(fields.Nested(ActivityView), required=True)
