"""Looks after requests that nobody works on.

A door of its own: housekeeping calls `step` every two seconds, so that what a killed worker left
behind is taken up again within twenty.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select

from wandr.ai import leases
from wandr.ai.requests import send_to_worker
from wandr.extensions import db
from wandr.transaction import atomic

log = structlog.get_logger()
LOCK: Final = 0x57_61_6E_64_02  # one sweeper at a time, in all processes
MOST_ATTEMPTS: Final = 5
UNDELIVERED_AFTER: Final = timedelta(seconds=60)


class Sweeper:
    """Of the sweepers in all processes one works at a time; the others find nothing to do."""

    def step(self) -> int:
        """End what is late or hopeless, give lost attempts to others; how many were touched."""
        with atomic():
            if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                return 0
            ended = leases.expire_late() + leases.end_abandoned(MOST_ATTEMPTS)
            again = [
                *self._sent_again("ai_attempt_lost", leases.requeue_abandoned()),
                *self._sent_again(
                    "ai_request_undelivered", leases.requeue_undelivered(UNDELIVERED_AFTER)
                ),
            ]
        return ended + len(again)

    def _sent_again(self, event: str, rows: list[leases.Step]) -> list[leases.Step]:
        for row in rows:
            log.warning(event, ai_request=str(row.id), attempt=row.attempt)
            send_to_worker(row.id, row.attempt)
        return rows
