"""Trips: made, listed, read. What changes them afterwards is `changes.apply`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, select

from wandr.auth.principal import Principal
from wandr.base import new_id
from wandr.changes.change import Change
from wandr.changes.ops import Op
from wandr.changes.performing import write
from wandr.changes.registers import MAKING
from wandr.changes.rendering import json_members, permissions_json, settled
from wandr.changes.service import finish_change
from wandr.extensions import db
from wandr.http.pages import Keyset
from wandr.trips.content import MEMBER, TRIP
from wandr.trips.models import Member, Trip

NEWEST_FIRST = Keyset("trips", (Member.trip_created_at, Member.trip_id), descending=True)


@dataclass(frozen=True)
class Founder:
    """Who makes a trip, and from which client."""

    user_id: UUID
    display_name: str
    client_id: UUID | None = None

    @classmethod
    def of(cls, principal: Principal) -> Founder:
        """The person logged in; the session is the client."""
        return cls(principal.user_id, principal.display_name, principal.session_id)


def create_trip(founder: Founder, fields: Mapping[str, Any], *, source: str = "rest") -> Trip:
    """A new trip with its organizer, as change 1 of its log. Raises Invalid for wrong dates."""
    change = begin_trip(founder, fields, source=source)
    finish_change(change)
    return change.trip


def begin_trip(founder: Founder, fields: Mapping[str, Any], *, source: str) -> Change:
    """A new trip with its organizer, whose change 1 may take up more before it is finished."""
    made = {"seq": 0, "content_rows": 0, "created_by": founder.user_id}
    trip = Trip(**made, **{"id": new_id(), **fields})  # the demo's trip has an id of its own
    change = Change(trip, founder.user_id, None, source, founder.client_id)
    TRIP.rule(change.scene, trip, frozenset(fields))
    trip.created_at, trip.register_seqs, trip.origins = change.at, {MAKING: change.seq}, {}
    change.stamp(TRIP, trip, ())
    db.session.add(trip)
    db.session.flush()
    undone = {"op": "delete", "of": "create"}
    change.remember(TRIP, trip, {"op": "create", "value": TRIP.see(trip)}, undone)
    membership = {"role": "organizer", "display_name": founder.display_name}
    write(change, Op("create", MEMBER, founder.user_id, membership))
    return change


@dataclass(frozen=True)
class TripFilter:
    """Which trips of a user; what is None does not matter."""

    status: str | None = None
    q: str | None = None
    role: str | None = None
    overlaps_from: date | None = None
    overlaps_to: date | None = None
    in_trash: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL. A trip without dates overlaps nothing."""
        in_trash = Trip.deleted_seq.is_not(None)
        found: list[ColumnElement[bool]] = [in_trash if self.in_trash else ~in_trash]
        if self.status is not None:
            found.append(Trip.status == self.status)
        if self.role is not None:
            found.append(Member.role == self.role)
        if self.q is not None:
            found.append(Trip.title.icontains(self.q, autoescape=True))
        if self.overlaps_from is not None:
            found.append(Trip.end_date >= self.overlaps_from)
        if self.overlaps_to is not None:
            found.append(Trip.start_date <= self.overlaps_to)
        return found


def trips_of(user_id: UUID, chosen: TripFilter) -> Select[Any]:
    """The trips of a user, each as JSON text: the body of `TripView`, written by Postgres."""
    return (
        select(cast(_trip_json(), Text))
        .select_from(Member)
        .join(Trip, Trip.id == Member.trip_id)
        .where(Member.user_id == user_id, *chosen.conditions())
    )


def trip_as_json(user_id: UUID, trip_id: UUID, *, in_trash: bool = False) -> tuple[str, int] | None:
    """A trip as its member sees it, as JSON text, with its version; None for an outsider."""
    statement = trips_of(user_id, TripFilter(in_trash=in_trash)).add_columns(Trip.version)
    row = db.session.execute(statement.where(Trip.id == trip_id)).one_or_none()
    return None if row is None else (row[0], row[1])


@cache
def _trip_json() -> ColumnElement[Any]:
    members = (
        *json_members(TRIP.viewer, Trip),
        *("role", Member.role),
        *("permissions", permissions_json(Member)),
        *("seq", Trip.seq),
    )
    return settled(func.json_build_object(*members))
