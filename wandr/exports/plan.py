"""What every export reads: a trip and its activities, as one member sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from wandr.changes.rendering import order_of, seen_by
from wandr.extensions import db
from wandr.itinerary.content import ACTIVITY
from wandr.itinerary.models import Activity
from wandr.trips.access import trip_for
from wandr.trips.models import Trip


@dataclass(frozen=True)
class Plan:
    """A trip and its live activities: by day, the unscheduled last, then in their order."""

    trip: Trip
    activities: Sequence[Activity]


def read_plan(viewer: UUID, trip_id: UUID) -> Plan:
    """The plan for this member. NotFound for outsiders and the missing.

    The trip is read first: its `seq` is never ahead of the activities, so that an entity tag made
    of it is never kept too long.
    """
    trip = trip_for(viewer, trip_id).trip
    rows = (
        select(Activity)
        .where(Activity.trip_id == trip_id, *seen_by(ACTIVITY, viewer))
        .order_by(*order_of(ACTIVITY))
    )
    return Plan(trip, db.session.scalars(rows).all())
