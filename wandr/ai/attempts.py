"""One attempt to answer a request, from the claim to its last event, as a worker runs it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from wandr.ai import leases
from wandr.ai.assistant import Assistant, Task
from wandr.ai.choice import assistant_for
from wandr.ai.conversations import exchanges_before
from wandr.ai.desk import Cancelled, LiveDesk
from wandr.ai.leases import LeaseLost
from wandr.ai.models import AiRequest
from wandr.config import current_settings
from wandr.errors import WandrError
from wandr.extensions import db
from wandr.transaction import atomic, reading

log = structlog.get_logger()


def run_attempt(request_id: UUID, attempt: int, assistant: Assistant | None = None) -> None:
    """Answer a request, unless it is not there to be answered: a second delivery does nothing.

    A door: the attempt opens transactions of its own. A database that goes away leaves the request
    to the sweeper.
    """
    assistant = assistant or assistant_for(current_settings())
    with atomic():
        lease = leases.claim(request_id, attempt, assistant.name)
    if lease is None:
        log.info("ai_attempt_not_due", ai_request=str(request_id), attempt=attempt)
        return
    task = _task_of(request_id)
    desk = LiveDesk(lease, task, assistant.name)
    try:
        _answer(assistant, task, desk)
    except LeaseLost:
        log.warning("ai_lease_lost", ai_request=str(request_id), attempt=attempt)


def _answer(assistant: Assistant, task: Task, desk: LiveDesk) -> None:
    try:
        assistant.answer(task, desk)
        desk.succeed()
    except Cancelled:
        desk.give_up()
    except WandrError as problem:
        desk.fail(problem.code, problem.detail)
    except (LeaseLost, DBAPIError):
        raise
    except Exception:  # noqa: BLE001
        log.exception("ai_attempt_failed", ai_request=str(task.request_id))
        desk.fail("internal", "Something went wrong on our side.")


def _task_of(request_id: UUID) -> Task:
    columns = (
        AiRequest.trip_id, AiRequest.conversation_id, AiRequest.requested_by, AiRequest.kind,
        AiRequest.input,
    )  # fmt: skip
    with reading():
        row = db.session.execute(select(*columns).where(AiRequest.id == request_id)).one()
        earlier = exchanges_before(request_id, row.conversation_id) if row.conversation_id else ()
    day = row.input["day"]
    return Task(
        request_id=request_id,
        trip_id=row.trip_id,
        user_id=row.requested_by,
        kind=row.kind,
        prompt=row.input["prompt"],
        day=date.fromisoformat(day) if day else None,
        wishes=row.input["wishes"],
        earlier=earlier,
    )
