"""Asking the assistant: requests are made, read and cancelled here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from wandr.ai import leases
from wandr.ai.models import ACTIVE, AiEvent, AiRequest
from wandr.ai.usage import refuse_used_up
from wandr.base import new_id
from wandr.config import current_settings
from wandr.errors import NotFound, TooManyRequests, wrong_field
from wandr.extensions import db
from wandr.jobs.queue import send_later
from wandr.permissions import Permission
from wandr.transaction import take_turn
from wandr.trips.access import Access, trip_for

DEADLINE: Final = timedelta(seconds=110)
PER_TRIP, PER_PERSON = 2, 1  # unfinished requests at a time
TASK: Final = "answer_ai_request"


@dataclass(frozen=True)
class Question:
    """What somebody wants of the assistant."""

    kind: str
    prompt: str
    day: date | None
    wishes: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        day = None if self.day is None else self.day.isoformat()
        return {"prompt": self.prompt, "day": day, "wishes": self.wishes}


class Said(NamedTuple):
    """One event of a request."""

    seq: int
    attempt: int
    type: str
    data: dict[str, Any]
    at: datetime


def ask(
    user_id: UUID, trip_id: UUID | None, question: Question, *, conversation_id: UUID | None = None
) -> AiRequest:
    """Put a question to the assistant, about a trip or none.

    Raises NotFound, Forbidden, Invalid for a day that the trip has not, TooManyRequests.
    """
    base_seq = 0
    if trip_id is not None:
        access = trip_for(user_id, trip_id, needs=Permission.USE_ASSISTANT)
        _check_day(access, question)
        base_seq = access.trip.seq
    _keep_within_quotas(user_id, trip_id)
    if current_settings().ai_provider != "embedded":
        refuse_used_up(user_id, trip_id)
    request = AiRequest(
        id=new_id(),
        trip_id=trip_id,
        conversation_id=conversation_id,
        requested_by=user_id,
        kind=question.kind,
        input=question.as_json(),
        base_seq=base_seq,
        deadline_at=db.session.scalar(select(leases.NOW + DEADLINE)),
    )
    db.session.add(request)
    db.session.flush()
    send_to_worker(request.id, attempt=1)
    return request


def send_to_worker(request_id: UUID, attempt: int) -> None:
    """Wake a worker for an attempt, once the surrounding transaction has committed."""
    send_later(TASK, str(request_id), attempt, job_id=f"ai-{request_id}-{attempt}")


def find_request(
    user_id: UUID, request_id: UUID, *, needs: Permission = Permission.VIEW
) -> AiRequest:
    """A request in a trip of this user, or their own about none. NotFound for outsiders, Forbidden
    without the right."""
    fresh = {"populate_existing": True}
    request = db.session.get(AiRequest, request_id, execution_options=fresh)
    if request is None:
        raise NotFound()
    require_access(user_id, request.trip_id, request.requested_by, needs)
    return request


def require_access(user_id: UUID, trip_id: UUID | None, owner_id: UUID, needs: Permission) -> None:
    """What is in a trip is its members'; what is in none its owner's alone.

    Raises NotFound, Forbidden.
    """
    if trip_id is not None:
        trip_for(user_id, trip_id, needs=needs)
    elif user_id != owner_id:
        raise NotFound()


def cancel_request(user_id: UUID, request_id: UUID) -> AiRequest:
    """Wish that a request ends. What is finished already stays as it is."""
    find_request(user_id, request_id, needs=Permission.USE_ASSISTANT)
    leases.cancel(request_id)
    return find_request(user_id, request_id)


def events_of(request_id: UUID, after: int, limit: int) -> list[Said]:
    """What was said in a request after a seq. Checks nobody's access."""
    statement = (
        select(AiEvent.seq, AiEvent.attempt, AiEvent.type, AiEvent.data, AiEvent.at)
        .where(AiEvent.request_id == request_id, AiEvent.seq > after)
        .order_by(AiEvent.seq)
        .limit(limit)
    )
    return [Said(*row) for row in db.session.execute(statement)]


def _check_day(access: Access, question: Question) -> None:
    day, trip = question.day, access.trip
    if question.kind == "plan_day" and day is None:
        raise wrong_field("day", "A plan for a day needs the day.")
    if day is None or trip.start_date is None or trip.end_date is None:
        return
    if not trip.start_date <= day <= trip.end_date:
        raise wrong_field("day", "Must be a day of the trip.")


def _keep_within_quotas(user_id: UUID, trip_id: UUID | None) -> None:
    """Count under a lock of the trip's questions, so that two at once do not both fit; of those
    about no trip, under a lock of the person's."""
    take_turn(0x6169, trip_id or user_id)
    alone = (AiRequest.trip_id.is_(None), AiRequest.requested_by == user_id)
    those = (AiRequest.trip_id == trip_id,) if trip_id else alone
    active = (*those, AiRequest.status.in_(ACTIVE))
    mine = func.count().filter(AiRequest.requested_by == user_id)
    in_trip, by_user = db.session.execute(select(func.count(), mine).where(*active)).one()
    if by_user >= PER_PERSON:
        raise _over_quota("requests_per_user_and_trip", PER_PERSON)
    if in_trip >= PER_TRIP:
        raise _over_quota("requests_per_trip", PER_TRIP)


def _over_quota(quota: str, limit: int) -> TooManyRequests:
    return TooManyRequests(
        f"The assistant is at work on {limit} already: wait for the answer, or cancel it.",
        code="quota_exceeded",
        extra={"quota": quota, "limit": limit},
        retry_after=5,
    )
