"""Sending tasks to the workers. What cannot be sent now is sent by the relay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog
from redis import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from wandr.base import new_id
from wandr.extensions import redis
from wandr.outbox import Outbox, mark_sent, put_in_outbox
from wandr.transaction import atomic, on_commit

log = structlog.get_logger()
QUEUE = "wandr"
# All that a worker will ever call, by the names that tasks are sent under.
TASKS: Mapping[str, str] = MappingProxyType(
    {
        "answer_ai_request": "wandr.jobs.tasks.answer_ai_request",
        "deliver": "wandr.jobs.tasks.deliver",
        "tell_trip": "wandr.jobs.tasks.tell_trip",
        "tell_answers": "wandr.jobs.tasks.tell_answers",
        "tell_times": "wandr.jobs.tasks.tell_times",
    }
)
JOB_TIMEOUT = 180  # seconds; tasks keep deadlines of their own, this is the last resort
FAILURES_KEPT_FOR = 24 * 3600  # seconds
GRACE = timedelta(seconds=5)  # until the relay looks: the process that commits sends by itself
REST = 5.0  # seconds in which Redis is left alone after it failed to answer


class Sender:
    """Puts jobs into the queue, and does not ask again at once when Redis was away."""

    def __init__(self) -> None:
        self._rests_until = 0.0

    def try_to_send(self, row_id: UUID, task: str, args: Sequence[Any], job_id: str) -> None:
        """Send a committed row of the outbox. When it fails, the relay will."""
        if monotonic() < self._rests_until:
            return
        try:
            enqueue(task, args, job_id)
        except RedisError as error:
            self._rests_until = monotonic() + REST
            log.warning("task_waits_in_outbox", task=task, error=str(error))
            return
        with atomic():
            mark_sent(row_id)


sender = Sender()


def send_later(
    task: str,
    *args: str | int | float | bool | None,
    job_id: str | None = None,
    delay: timedelta | None = None,
) -> None:
    """Have a worker do a task of `TASKS` once the surrounding `atomic` has committed.

    It is done at least once, after `delay` if one is given. A task must bear being done twice.
    Raises LookupError for a task that workers do not know.
    """
    if task not in TASKS:
        raise LookupError(f"There is no task {task}.")
    row_id = new_id()
    name = job_id or f"{task}-{row_id}"
    row = Outbox(id=row_id, task=task, args=list(args), job_id=name)
    put_in_outbox(row, due_in=delay or GRACE)
    if delay is None:
        on_commit(sender.try_to_send, row_id, task, args, name)


def enqueue(task: str, args: Sequence[Any], job_id: str) -> None:
    """Put a job into Redis, now. Raises RedisError when that is not possible."""
    Queue(QUEUE, connection=redis.client, serializer=JSONSerializer).enqueue_call(
        TASKS[task],
        args=list(args),
        job_id=job_id,
        description=task,  # never the arguments: it is logged
        timeout=JOB_TIMEOUT,
        result_ttl=0,
        failure_ttl=FAILURES_KEPT_FOR,
    )
