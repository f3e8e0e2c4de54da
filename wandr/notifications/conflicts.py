"""What somebody booked and does not fit the plan any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from wandr.ai.checker.check import check
from wandr.ai.checker.itinerary import Terms, read_itinerary
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.notifications.service import Notice


def conflict_notices(snapshot: Mapping[str, Any], actors: Collection[UUID]) -> Iterator[Notice]:
    """Errors that the checker finds about booked activities, to who booked them.

    What somebody alone has just done themselves is no news to them: `actors` are who did it.
    """
    booked = {
        one["id"]: one for one in snapshot["entities"]["activity"] if one["status"] == "booked"
    }
    if not booked:
        return
    trip_id = UUID(snapshot["trip"]["id"])
    members = {one["user_id"] for one in snapshot["members"]}
    plan = read_itinerary(snapshot, terms=Terms())
    for finding in check(plan, with_fixes=False):
        about = sorted(set(finding.entity_ids) & set(booked))
        if finding.severity != "error" or not about:
            continue
        for booker in {_booker_of(trip_id, one) for one in about} - {None}:
            if str(booker) in members and set(actors) != {booker}:
                yield Notice(
                    booker,
                    "booking_conflict",
                    f"conflict:{finding.code}:{':'.join(sorted(finding.entity_ids))}",
                    f"“{snapshot['trip']['title']}”: {finding.message}",
                    trip_id=trip_id,
                    data={"code": finding.code, "entity_ids": list(finding.entity_ids)},
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
