"""What somebody booked and does not fit the plan any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Text, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

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
    by: dict[UUID, set[str]] = {}
    for activity_id, booker in bookers_of(trip_id):
        if booker in members and set(actors) != {booker}:
            by.setdefault(booker, set()).add(activity_id)
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


def bookers_of(trip_id: UUID) -> Sequence[tuple[str, UUID]]:
    """Of each booked activity its id, and who last said that it is booked."""
    op = func.jsonb_array_elements(TripChange.ops).table_valued("value").lateral("op")
    said = cast(op.c.value, JSONB)
    activity_id = said["id"].astext
    status = func.coalesce(said["value"]["status"].astext, said["fields"]["status"].astext)
    booked = select(cast(Activity.id, Text)).where(
        Activity.trip_id == trip_id, Activity.status == "booked", Activity.deleted_seq.is_(None)
    )
    log = (
        select(activity_id, TripChange.actor_id)
        .ext(distinct_on(activity_id))
        .select_from(TripChange)
        .join(op, true())
        .where(TripChange.trip_id == trip_id, status == "booked", activity_id.in_(booked))
        .order_by(activity_id, TripChange.seq.desc())
    )
    return [(found, actor_id) for found, actor_id in db.session.execute(log)]
