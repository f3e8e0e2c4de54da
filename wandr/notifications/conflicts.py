"""What somebody booked and does not fit the plan any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary
from wandr.changes.feed import snapshot_of
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.itinerary.models import Activity
from wandr.notifications.service import Notice


def conflict_notices(
    trip_id: UUID, members: Collection[UUID], actors: Collection[UUID]
) -> Iterator[Notice]:
    """Errors that the checker finds about booked activities, to who booked them and as they see
    the trip. What somebody alone has just done is no news to them: `actors` are who did it."""
    booked = select(Activity.id).where(
        Activity.trip_id == trip_id, Activity.status == "booked", Activity.deleted_seq.is_(None)
    )
    by: dict[UUID, set[str]] = {}
    for activity_id in db.session.scalars(booked):
        booker = _booker_of(trip_id, str(activity_id))
        if booker in members and set(actors) != {booker}:
            by.setdefault(booker, set()).add(str(activity_id))
    for booker, theirs in by.items():
        yield from _conflicts(trip_id, booker, theirs)


def _conflicts(trip_id: UUID, booker: UUID, theirs: set[str]) -> Iterator[Notice]:
    snapshot = snapshot_of(trip_id, booker)
    for finding in check(read_itinerary(snapshot, terms=Terms()), with_fixes=False):
        if finding.severity == "error" and theirs & set(finding.entity_ids):
            about = sorted(finding.entity_ids)
            yield Notice(
                booker,
                "booking_conflict",
                f"conflict:{finding.code}:{':'.join(about)}",
                f"“{snapshot['trip']['title']}”: {finding.message}",
                trip_id=trip_id,
                data={"code": finding.code, "entity_ids": about},
            )


def _booker_of(trip_id: UUID, activity_id: str) -> Any:
    """Who last said that it is booked."""
    about = TripChange.ops.contains([{"id": activity_id}])
    log = (
        select(TripChange.actor_id, TripChange.ops)
        .where(TripChange.trip_id == trip_id, about)
        .order_by(TripChange.seq.desc())
    )
    for actor_id, ops in db.session.execute(log):
        for op in ops:
            said = {**op.get("value", {}), **op.get("fields", {})}
            if op["id"] == activity_id and said.get("status") == "booked":
                return actor_id
    return None
