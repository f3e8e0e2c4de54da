"""What the assistant says in trips, for those who follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Select, Uuid, any_, bindparam, func, or_, select

from wandr.ai.models import ACTIVE, LAST_EVENTS, AiEvent, AiRequest
from wandr.extensions import db

STILL_TOLD = timedelta(seconds=60)  # how long after its end an unknown request is told of
BATCH = 500
IS_ACTIVE = AiRequest.status.in_(ACTIVE)


@dataclass(frozen=True)
class AiFeedEvent:
    """One event of a request, as the socket's `ai:event` carries it to its trip's room."""

    trip_id: UUID
    request_id: UUID
    seq: int
    type: str
    data: dict[str, Any]

    @property
    def is_last(self) -> bool:
        """Whether nothing follows in this request."""
        return self.type in LAST_EVENTS


def _select_next_events() -> Select[Any]:
    ids, seqs = bindparam("ids", type_=ARRAY(Uuid)), bindparam("seqs", type_=ARRAY(Integer))
    known = func.unnest(ids, seqs).table_valued("id", "seq").render_derived()
    told = func.coalesce(known.c.seq, 0)
    recent = AiRequest.finished_at > func.clock_timestamp() - STILL_TOLD
    in_trips = AiRequest.trip_id == any_(bindparam("trip_ids", type_=ARRAY(Uuid)))
    return (
        select(AiRequest.trip_id, AiEvent.request_id, AiEvent.seq, AiEvent.type, AiEvent.data)
        .join(AiEvent, AiEvent.request_id == AiRequest.id)
        .outerjoin(known, known.c.id == AiRequest.id)
        .where(in_trips, AiRequest.last_seq > told, AiEvent.seq > told)
        .where(or_(IS_ACTIVE, recent, AiRequest.id == any_(ids)))
        .order_by(AiRequest.created_at, AiEvent.request_id, AiEvent.seq)
        .limit(BATCH)
    )


_NEXT_EVENTS = _select_next_events()  # once: building it takes longer than asking


def events_since(trip_ids: Sequence[UUID], after: Mapping[UUID, int]) -> list[AiFeedEvent]:
    """The next events in these trips, in the order of each request. Needs a reading or `atomic`.

    `after` holds the last seq told of each request. Events of a request become visible in the
    order of their seq and without gaps, so nothing is missed and, as long as `after` remembers,
    nothing told twice. A request not in `after` is told from its start unless it ended more than
    `STILL_TOLD` ago: an entry may be dropped twice that time after its last event, not earlier.
    At most `BATCH` at once: when as many come back, ask again.
    """
    if not trip_ids:
        return []
    told = {"trip_ids": list(trip_ids), "ids": list(after), "seqs": list(after.values())}
    return [AiFeedEvent(*row) for row in db.session.execute(_NEXT_EVENTS, told)]


def running_requests(trip_id: UUID) -> list[dict[str, Any]]:
    """What is not finished in a trip: `{request_id, last_seq, status}` each, the oldest first."""
    statement = (
        select(AiRequest.id, AiRequest.last_seq, AiRequest.status)
        .where(AiRequest.trip_id == trip_id, IS_ACTIVE)
        .order_by(AiRequest.created_at)
    )
    return [
        {"request_id": str(row.id), "last_seq": row.last_seq, "status": row.status}
        for row in db.session.execute(statement)
    ]
