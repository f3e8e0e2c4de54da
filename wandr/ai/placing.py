"""Where new activities go in the list of their day: after what begins before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from uuid import UUID

from sqlalchemy import select

from wandr.changes.ops import END, Op
from wandr.extensions import db
from wandr.itinerary.models import Activity

Lane = list[tuple[UUID, time | None]]  # ids and starts, in the order of the list


def placed(trip_id: UUID, ops: Sequence[Op]) -> Iterator[Op]:
    """The same ops; creates with a day and a start that name no neighbour get one."""
    lanes: dict[date, Lane] = {}
    for op in ops:
        day, start = op.fields.get("day"), op.fields.get("start_time")
        if op.kind != "create" or op.after is not END or day is None or start is None:
            yield op
            continue
        lane = lanes.setdefault(day, _lane_of(trip_id, day))
        index = _index_for(lane, start)
        yield replace(op, after=lane[index - 1][0] if index else None)
        lane.insert(index, (op.id, start))


def _index_for(lane: Lane, start: time) -> int:
    """Behind the last that begins no later; at the end when nothing there begins later."""
    if all(one is None or one <= start for _, one in lane):
        return len(lane)
    earlier = [index for index, (_, one) in enumerate(lane) if one is not None and one <= start]
    return earlier[-1] + 1 if earlier else 0


def _lane_of(trip_id: UUID, day: date) -> Lane:
    statement = (
        select(Activity.id, Activity.start_time)
        .where(Activity.trip_id == trip_id, Activity.day == day, Activity.deleted_seq.is_(None))
        .order_by(Activity.position, Activity.id)
    )
    return [(row.id, row.start_time) for row in db.session.execute(statement)]
