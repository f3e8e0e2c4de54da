"""Hints to the web processes that somebody has been told something. They may be lost: what counts
is the list over HTTP."""

from __future__ import annotations

from uuid import UUID

import structlog
from redis import RedisError

from wandr.extensions import redis

log = structlog.get_logger()
CHANNEL = "wandr:notifications"


def hint(user_id: UUID, notification_id: UUID) -> None:
    """Say it to all processes, now; half a second at most, and no failure."""
    try:
        redis.client.publish(CHANNEL, f"{user_id} {notification_id}")
    except RedisError as error:
        log.warning("hint_lost", error=str(error))
