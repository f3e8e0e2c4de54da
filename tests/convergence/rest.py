"""What happens beside the sockets, as over REST: each inside `atomic()`; and a world of small limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch
from uuid import UUID

from tests.cast import Person
from tests.convergence.oracle import typed
from tests.convergence.steps import DAYS, op_of
from wandr import pokes
from wandr.changes import performing
from wandr.changes.feed import read_text
from wandr.changes.ops import Op, read_ops
from wandr.changes.performing import write
from wandr.changes.service import apply, begin_change, finish_change
from wandr.extensions import db
from wandr.itinerary.content import ACTIVITY
from wandr.realtime import joining, tailer
from wandr.trips.content import MEMBER
from wandr.trips.members import remove_member
from wandr.trips.models import Trip
from wandr.trips.service import Founder, create_trip

START = {"title": "Trip", "start_date": date(2027, 4, 1), "end_date": date(2027, 4, 3)}


@contextmanager
def small_limits() -> Iterator[None]:
    """Let what is rare be frequent: batches, snapshots instead of deltas, laggards, short keys.

    What is not in question takes no time: nobody listens to pokes, the assistant says nothing.
    """
    with (
        patch.object(pokes, "BACKLOG", 0),
        patch.object(tailer, "events_since", lambda *_: []),
        patch.object(joining, "events_since", lambda *_: []),
        patch.object(joining, "running_requests", lambda *_: []),
        patch.object(joining, "MOST_CHANGES", 6),
        patch.object(tailer, "BATCH", 3),
        patch.object(tailer, "MOST_UNSEEN", 4),
        patch.object(performing, "LONGEST", 3),
    ):
        yield


def found_trip(people: list[Person], numbers: Iterator[int]) -> UUID:
    """A trip of the first of them, with the others and three activities."""
    olga = people[0]
    trip_id = create_trip(Founder(olga.user_id, olga.display_name), START).id
    for person in people[1:]:
        let_in(trip_id, olga, person, "participant")
    steps = [("create", row, {"day": DAYS[1]}, "end") for row in range(3)]
    ops = [op_of(step, trip_id, next(numbers)) for step in steps]
    apply(trip_id, olga.user_id, read_ops(ops), source="rest")
    return trip_id


def let_in(trip_id: UUID, olga: Person, person: Person, role: str) -> bool:
    """Make somebody a member; False when the trip is in the trash."""
    change = begin_change(trip_id, olga.user_id, source="rest")
    if change.trip.deleted_seq is not None:
        return False
    membership = {"role": role, "display_name": person.display_name}
    write(change, Op("create", MEMBER, person.user_id, membership))
    finish_change(change)
    return True


def take_out(trip_id: UUID, olga: Person, person: Person) -> int:
    """Remove a member; the seq of it."""
    remove_member(trip_id, olga.user_id, person.user_id)
    return db.session.get_one(Trip, trip_id).seq


def typed_op(trip_id: UUID, person: Person, activity: str, text: str) -> dict[str, Any]:
    """What somebody sends who gets the notes of an activity and types in them."""
    read, _ = read_text(ACTIVITY, trip_id, UUID(activity), "notes", viewer=person.user_id)
    target = {"entity": "activity", "id": activity, "field": "notes"}
    return {"op": "text", **target, "update": typed(read["state"], text)}
