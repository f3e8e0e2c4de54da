"""What trips know about people, for the profiles below: who knows whom, and under which name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.changes.change import Change
from wandr.changes.ops import Op
from wandr.changes.performing import write
from wandr.changes.service import begin_change, finish_change
from wandr.extensions import db
from wandr.trips.content import MEMBER, TRIP
from wandr.trips.members import end_invites, organizes
from wandr.trips.models import Member, Trip
from wandr.users import service as users


def register() -> None:
    """Let profiles ask here, and tell here. Doing it again changes nothing."""
    if share_a_trip not in users.acquaintances:
        users.acquaintances.append(share_a_trip)
        users.on_profile_changed.append(log_new_name)
        users.on_account_closed.append(leave_all_trips)
    users.holdings["trips"] = memberships_of


def log_new_name(user_id: UUID, display_name: str) -> None:
    """Tell every trip of a user about the name they now go by."""
    for change in _changes_of_all_trips(user_id):
        write(change, Op("update", MEMBER, user_id, {"display_name": display_name}))
        finish_change(change)


def leave_all_trips(user_id: UUID) -> None:
    """Take somebody out of every trip. One that nobody else is in goes to the trash; one that
    would have no organizer gets the member who has been in it longest."""
    for change in _changes_of_all_trips(user_id):
        others = _others(change.trip.id, user_id)
        if not others:
            write(change, Op("delete", TRIP, change.trip.id))
        elif not any(organizes(other.role, other.permissions) for other in others):
            every_right = {"role": "organizer", "permissions": {}}
            write(change, Op("update", MEMBER, others[0].user_id, every_right))
        if others:
            write(change, Op("delete", MEMBER, user_id))
        end_invites(change, user_id, {})
        finish_change(change)


def _changes_of_all_trips(user_id: UUID) -> Iterator[Change]:
    """Those in the trash too: they may come back."""
    trips = (
        select(Member.trip_id)
        .where(Member.user_id == user_id)
        .order_by(Member.trip_id)  # always locked in this order, so that two of these never meet
    )
    for trip_id in db.session.scalars(trips).all():
        yield begin_change(trip_id, user_id, source="system")


def _others(trip_id: UUID, user_id: UUID) -> Sequence[Member]:
    statement = (
        select(Member)
        .where(Member.trip_id == trip_id, Member.user_id != user_id)
        .order_by(Member.created_at, Member.id)
    )
    return db.session.scalars(statement).all()


def share_a_trip(user_id: UUID, other_id: UUID) -> bool:
    """Whether two users are in the same trip."""
    theirs = select(Member.trip_id).where(Member.user_id == other_id)
    both = select(Member.id).where(Member.user_id == user_id, Member.trip_id.in_(theirs))
    return db.session.scalar(both.limit(1)) is not None


def memberships_of(user_id: UUID) -> list[dict[str, Any]]:
    """The trips of a user, for the export of everything held about them."""
    statement = (
        select(Trip.id, Trip.title, Member.role)
        .join(Member, Member.trip_id == Trip.id)
        .where(Member.user_id == user_id)
        .order_by(Trip.id)
    )
    rows = db.session.execute(statement)
    return [{"trip_id": str(row.id), "title": row.title, "role": row.role} for row in rows]
