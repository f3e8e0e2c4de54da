"""What of a trip goes through the write path: its own fields and its members."""

from __future__ import annotations

from wandr.changes.entity import Entity, Registry, Row, Scene
from wandr.errors import wrong_field
from wandr.permissions import Permission
from wandr.trips.models import Member, Trip
from wandr.trips.schemas import MemberFields, MemberView, TripContentView, TripFields

LONGEST_TRIP = 366  # days


def dates_make_sense(scene: Scene, trip: Row, changed: frozenset[str]) -> None:
    """Raise Invalid unless the trip has both dates or none, in order, at most a year apart."""
    start, end = trip.start_date, trip.end_date
    if (start is None) != (end is None):
        missing = "start_date" if start is None else "end_date"
        raise wrong_field(missing, "A trip has both dates or none.")
    if start is not None and end < start:
        raise wrong_field("end_date", "Must not be before start_date.")
    if start is not None and (end - start).days >= LONGEST_TRIP:
        raise wrong_field("end_date", f"A trip lasts at most {LONGEST_TRIP} days.")


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
    options=frozenset({"dates_mode"}),
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
