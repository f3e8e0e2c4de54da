"""Sends what waits in the outbox. A door of its own: housekeeping calls `step` every second."""

from __future__ import annotations

from datetime import timedelta

import structlog
from redis import RedisError
from sqlalchemy import func, select

from wandr.extensions import db
from wandr.jobs.queue import enqueue
from wandr.outbox import Outbox, mark_sent, postpone, take_due
from wandr.transaction import atomic

log = structlog.get_logger()
LOCK = 0x57_61_6E_64_01  # one relay at a time, in all processes
BATCH = 100
LONGEST_WAIT = timedelta(seconds=30)


class OutboxRelay:
    """Of the relays in all processes one works at a time; the others find nothing to do."""

    def step(self) -> int:
        """Send what is due; how many were sent. Needs an application context."""
        with atomic():
            if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                return 0
            rows = take_due(BATCH)
            return self._send(rows)

    def _send(self, rows: list[Outbox]) -> int:
        for sent, row in enumerate(rows):
            try:
                enqueue(row.task, row.args, row.job_id)
            except RedisError as error:
                log.warning("outbox_waits", rows=len(rows) - sent, error=str(error))
                postpone(row.id, min(LONGEST_WAIT, timedelta(seconds=2**row.attempts)))
                return sent
            mark_sent(row.id)
        return len(rows)
