"""What of a trip goes through the write path: its own fields and its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wandr.changes.entity import Entity, Registry, Row, Scene
from wandr.changes.ops import Op
from wandr.errors import wrong_field
from wandr.permissions import Permission
from wandr.trips.dates import refuse_wrong_dates, shifted_dates
from wandr.trips.models import Member, Trip
from wandr.trips.schemas import (
    MemberFields,
    MemberView,
    TripContentView,
    TripFields,
    TripOptions,
)

DATES = ("start_date", "end_date")


def dates_make_sense(scene: Scene, trip: Row, changed: frozenset[str]) -> None:
    """Raise Invalid unless the trip has both dates or none, in order, at most a year apart."""
    refuse_wrong_dates(trip.start_date, trip.end_date)


def shift_dates(scene: Scene, trip: Row, op: Op) -> Mapping[str, Any]:
    """The dates that an op sets by `shift_days`. Raises Invalid for more than it can mean."""
    days = op.options.get("shift_days")
    if days is None:
        return {}
    if not op.fields.keys().isdisjoint(DATES) or "dates_mode" in op.options:
        raise wrong_field("shift_days", "Stands alone: without new dates and without dates_mode.")
    return dict(zip(DATES, shifted_dates(trip, days), strict=True))


TRIP = Entity(
    name="trip",
    plural="trips",
    model=Trip,
    fields=TripFields,
    view=TripContentView,
    needs=Permission.EDIT_TRIP,
    needs_for={"delete": Permission.DELETE_TRIP, "restore": Permission.DELETE_TRIP},
    registers=(frozenset({"start_date", "end_date"}),),
    rule=dates_make_sense,
    texts=frozenset({"notes"}),
    options=TripOptions,
    computes=shift_dates,
    client_ops=frozenset({"update", "text", "delete", "restore"}),
)


def copy_creation(scene: Scene, member: Row, changed: frozenset[str]) -> None:
    """Keep with the member when the trip was made."""
    member.trip_created_at = scene.trip.created_at


# Members change through invites and member routes only, never by an op of a client.
MEMBER = Entity(
    name="member",
    plural="members",
    model=Member,
    fields=MemberFields,
    view=MemberView,
    needs=Permission.MANAGE_MEMBERS,
    label="display_name",
    client_ops=frozenset(),
    key="user_id",
    prepare=copy_creation,
    keeps_tombstones=False,
)


def register(registry: Registry) -> None:
    """Let trips and members take part in the write path."""
    registry.register(TRIP, MEMBER)
