"""Trips and people for many sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from tests.cast import Person, make_person
from tests.conftest import settings_for
from tests.group import join
from wandr import create_app
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.devstack import EmbeddedServers
from wandr.extensions import db
from wandr.transaction import atomic, reading
from wandr.trips.models import Trip
from wandr.trips.service import Founder, create_trip

GUESTS, ACTIVITIES, TRIPS = 9, 10, 100
Place = dict[str, Any]  # of a socket: token, trip, activity that it edits, since


@dataclass
class Party:
    """An organizer, guests, and trips of theirs by name. Needs an application context."""

    app: Flask
    organizer: Person
    guests: list[Person]
    trips: dict[str, tuple[UUID, list[str]]] = field(default_factory=dict)
    seated: dict[str, int] = field(default_factory=dict)  # sockets in each group

    @classmethod
    @contextmanager
    def around(cls, servers: EmbeddedServers) -> Iterator[Party]:
        """A party over migrated servers."""
        app = create_app(settings_for(servers.database_url, servers.redis_url))
        with app.app_context():
            upgrade()
            guests = [make_person(app, f"Guest {number}") for number in range(GUESTS)]
            yield cls(app, make_person(app, "Olga Organizer"), guests)
            db.session.remove()
            db.engine.dispose()

    def trip(self, name: str, *, guests: bool = True) -> tuple[UUID, list[str]]:
        """The id of the trip of this name, made when first asked for, and of its activities."""
        if name not in self.trips:
            founder = Founder(self.organizer.user_id, self.organizer.display_name)
            with atomic():
                trip_id = create_trip(founder, {"title": name}).id
            for guest in self.guests if guests else []:
                join(str(trip_id), self.organizer, guest, "participant")
            self.trips[name] = trip_id, self.fill(trip_id, ACTIVITIES)
        return self.trips[name]

    def fill(self, trip_id: UUID, count: int) -> list[str]:
        """Create so many activities in one change of every hundred; their ids."""
        ids = [str(uuid4()) for _ in range(count)]
        for start in range(0, count, 100):
            self.write(trip_id, *(_create(one) for one in ids[start : start + 100]))
        return ids

    def write(self, trip_id: UUID, *ops: dict[str, Any]) -> None:
        """Apply ops as one change of the organizer's."""
        with atomic():
            apply(trip_id, self.organizer.user_id, read_ops(ops), source="rest").or_refused()

    def head(self, trip_id: UUID) -> int:
        """The seq of the last change."""
        with reading():
            return db.session.scalars(select(Trip.seq).where(Trip.id == trip_id)).one()

    def seats(self, name: str, count: int) -> list[Place]:
        """So many places in one trip, each with an activity to edit."""
        trip_id, activities = self.trip(name)
        people, edited = cycle([self.organizer, *self.guests]), cycle(activities)
        return [
            {"token": person.token, "trip": str(trip_id), "activity": activity}
            for person, activity, _ in zip(people, edited, range(count), strict=False)
        ]

    def trips_of_their_own(self) -> list[Place]:
        """A hundred places, each in a trip of its own."""
        for number in range(TRIPS):
            self.trip(f"trip {number}", guests=False)
        return [self.seats(f"trip {number}", 1)[0] for number in range(TRIPS)]


def _create(activity_id: str) -> dict[str, Any]:
    fields = {"title": "Fushimi Inari"}
    return {"op": "create", "entity": "activity", "id": activity_id, "fields": fields}


def edit(activity_id: str) -> dict[str, Any]:
    """An op that gives an activity another title."""
    fields = {"title": f"Title {uuid4()}"}
    return {"op": "update", "entity": "activity", "id": activity_id, "fields": fields}
