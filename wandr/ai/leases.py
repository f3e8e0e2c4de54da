"""The states of a request. Every step is one conditional UPDATE; no row back: somebody else won.

An attempt holds a lease, named by a token that nobody else knows. All it writes goes through the
token, in the transaction that renews the lease: an attempt that lost it (its process stood still,
another took over) can neither write nor say anything. Of all who want to end a request one does,
and writes its one last event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, insert, null, update

from wandr.ai.models import ACTIVE, AiEvent, AiRequest
from wandr.extensions import db
from wandr.pokes import About, poker
from wandr.transaction import on_commit

LEASE: Final = timedelta(seconds=15)
NOW: Final = func.clock_timestamp()  # now() stands still in a transaction
IS_QUEUED: Final = AiRequest.status == "queued"
IS_RUNNING: Final = AiRequest.status == "running"
IS_UNFINISHED: Final = AiRequest.status.in_(ACTIVE)
UNLEASED: Final = {"lease_token": null(), "lease_until": null()}
ENDED: Final = {"finished_at": NOW, **UNLEASED}


class LeaseLost(Exception):
    """The request belongs to another attempt by now, or is over. Stop, and say nothing."""


@dataclass(frozen=True)
class Event:
    """Something to be said; its number is given when it is written."""

    type: str
    data: dict[str, Any]


class Step(NamedTuple):
    """A request after it was changed."""

    id: UUID
    trip_id: UUID | None
    attempt: int
    last_seq: int
    cancel_requested_at: datetime | None


@dataclass(frozen=True)
class Lease:
    """The right to answer a request, for one attempt."""

    request_id: UUID
    attempt: int
    token: UUID

    @property
    def is_held(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions: the request is still this attempt's, and in time."""
        mine = AiRequest.lease_token == self.token
        return AiRequest.id == self.request_id, mine, IS_RUNNING, AiRequest.deadline_at > NOW


def claim(request_id: UUID, attempt: int, provider: str) -> Lease | None:
    """Start an attempt. None when there is nothing to start: a second delivery, or too late."""
    lease = Lease(request_id, attempt, uuid4())
    free = (AiRequest.id == request_id, IS_QUEUED, AiRequest.attempt == attempt)
    started = {
        "status": "running",
        "provider": provider,
        "started_at": func.coalesce(AiRequest.started_at, NOW),
        "lease_token": lease.token,
        "lease_until": NOW + LEASE,
    }
    again = [Event("reset", {"attempt": attempt})] if attempt > 1 else []
    rows = advance(*free, AiRequest.deadline_at > NOW, values=started, events=again)
    return lease if rows else None


def renew(lease: Lease, events: Sequence[Event] = ()) -> bool:
    """Hold the lease for another while and say something; whether a cancellation is wished.

    Raises LeaseLost.
    """
    rows = advance(*lease.is_held, values={"lease_until": NOW + LEASE}, events=events)
    if not rows:
        raise LeaseLost
    return rows[0].cancel_requested_at is not None


def finish(
    lease: Lease, status: str, events: Sequence[Event], *, error_code: str | None = None
) -> None:
    """End the request; the last of `events` is its last event. Raises LeaseLost."""
    ended = {"status": status, "error_code": error_code, **ENDED}
    if not advance(*lease.is_held, values=ended, events=events):
        raise LeaseLost


def cancel(request_id: UUID) -> None:
    """End a queued request at once; a running one will notice. A finished one stays as it is."""
    if advance(
        AiRequest.id == request_id,
        IS_QUEUED,
        values={"status": "cancelled", "cancel_requested_at": NOW, **ENDED},
        events=[Event("cancelled", {})],
    ):
        return
    wished = {"cancel_requested_at": func.coalesce(AiRequest.cancel_requested_at, NOW)}
    advance(AiRequest.id == request_id, IS_UNFINISHED, values=wished)


def expire_late() -> int:
    """End what is past its deadline; how many."""
    late = Event("error", {"code": "deadline", "message": "It took too long."})
    ended = {"status": "expired", "error_code": "deadline", **ENDED}
    return len(advance(IS_UNFINISHED, AiRequest.deadline_at <= NOW, values=ended, events=[late]))


def end_abandoned(most_attempts: int) -> int:
    """End what lost its attempt and gets no other one: cancelled meanwhile, or the last one."""
    lost = (IS_RUNNING, AiRequest.lease_until <= NOW)
    gone = Event("error", {"code": "worker_lost", "message": "It failed too often."})
    wished = AiRequest.cancel_requested_at.is_not(None)
    cancelled = {"status": "cancelled", **ENDED}
    failed = {"status": "failed", "error_code": "worker_lost", **ENDED}
    unlucky = AiRequest.attempt >= most_attempts
    ended = advance(*lost, wished, values=cancelled, events=[Event("cancelled", {})])
    return len(ended) + len(advance(*lost, unlucky, values=failed, events=[gone]))


def requeue_abandoned() -> list[Step]:
    """Give what lost its attempt to the next one."""
    again = {"status": "queued", "attempt": AiRequest.attempt + 1, "queued_at": NOW, **UNLEASED}
    return advance(IS_RUNNING, AiRequest.lease_until <= NOW, values=again)


def requeue_undelivered(patience: timedelta) -> list[Step]:
    """Mark what nobody has claimed for long as sent again."""
    return advance(IS_QUEUED, AiRequest.queued_at < NOW - patience, values={"queued_at": NOW})


def advance(
    *where: ColumnElement[bool], values: dict[str, Any], events: Sequence[Event] = ()
) -> list[Step]:
    """Change the requests that still are as expected, and say `events` in each; their rows."""
    numbered = {"last_seq": AiRequest.last_seq + len(events)} if events else {}
    statement = (
        update(AiRequest)
        .where(*where)
        .values(**values, **numbered, updated_at=NOW)
        .returning(
            AiRequest.id,
            AiRequest.trip_id,
            AiRequest.attempt,
            AiRequest.last_seq,
            AiRequest.cancel_requested_at,
        )
        .execution_options(synchronize_session=False)
    )
    rows = [Step(*row) for row in db.session.execute(statement)]
    for row in rows if events else ():
        _say(row, events)
    return rows


def _say(row: Step, events: Sequence[Event]) -> None:
    first = row.last_seq - len(events) + 1
    said = [
        {
            "request_id": row.id,
            "seq": first + index,
            "attempt": row.attempt,
            "type": event.type,
            "data": event.data,
        }
        for index, event in enumerate(events)
    ]
    db.session.execute(insert(AiEvent).values(at=NOW), said)
    if row.trip_id is not None:  # else nobody listens at a socket: it is read over HTTP
        on_commit(poker.poke, row.trip_id, About.ASSISTANT)
