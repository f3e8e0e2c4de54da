"""A plan as maps show it: stops with coordinates, and the way of each day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from wandr.ai.checker.itinerary import NOT_MEANT
from wandr.exports.plan import Plan
from wandr.exports.words import one_line
from wandr.itinerary.models import Activity


@dataclass(frozen=True)
class Stop:
    """Where an activity is, or where a journey ends."""

    activity: Activity
    place: Mapping[str, Any]
    is_end: bool = False

    @property
    def name(self) -> str:
        title = one_line(self.activity.title)
        return f"{title} → {one_line(self.place['name'])}" if self.is_end else title

    @property
    def latitude(self) -> float:
        return round(float(self.place["latitude"]), 7)  # a centimetre

    @property
    def longitude(self) -> float:
        return round(float(self.place["longitude"]), 7)

    @property
    def spot(self) -> tuple[float, float]:
        return self.latitude, self.longitude


def stops_of(activities: Sequence[Activity]) -> Iterator[Stop]:
    """Where each activity is, journeys at both ends, in order; nothing of those without a place."""
    for activity in activities:
        for place, is_end in ((activity.location, False), (activity.end_location, True)):
            if place is not None:
                yield Stop(activity, place, is_end)


def ways_of(plan: Plan) -> list[tuple[date, list[Stop]]]:
    """The way of each day that has one: its stops in order, none twice in a row.

    Ideas and what is cancelled are no part of it.
    """
    meant = [one for one in plan.activities if one.day and one.status not in NOT_MEANT]
    ways = []
    for day, activities in groupby(meant, key=lambda one: one.day):
        stops = [next(same) for _, same in groupby(stops_of(list(activities)), lambda s: s.spot)]
        if day is not None and len(stops) > 1:
            ways.append((day, stops))
    return ways


def decimal(degrees: float) -> str:
    """Degrees without an exponent, which not every reader of XML understands."""
    return f"{degrees:.7f}"
