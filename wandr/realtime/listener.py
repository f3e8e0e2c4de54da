"""Hears the other processes through Redis, which may be away as long as it likes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

log = structlog.get_logger()
SILENCE = 5.0  # seconds after which Redis is asked whether it is there
PAUSE = 1.0  # seconds between attempts to reach it


class Listener:
    """Gives each message to the handler of its channel. One that raises ValueError is none."""

    def __init__(self, url: str, handlers: Mapping[str, Callable[[str], None]]) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=0.5,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._handlers = dict(handlers)
        self._pubsub: PubSub | None = None
        self._heard_at = self._asked_at = 0.0
        self._retry_at = 0.0

    def step(self) -> None:
        """Listen for up to a second. Never fails for want of Redis."""
        try:
            self._listen()
        except RedisError as error:
            if self._pubsub is not None or not self._retry_at:
                log.warning("pokes_unheard", error=str(error))
            self.close()
            self._retry_at = time.monotonic() + PAUSE
            time.sleep(PAUSE)

    def close(self) -> None:
        """Let go of Redis."""
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            pubsub.close()
        self._redis.close()

    def _listen(self) -> None:
        if self._pubsub is None:
            pubsub = self._redis.pubsub(ignore_subscribe_messages=False)
            pubsub.subscribe(*self._handlers)
            self._pubsub = pubsub
            self._heard_at = self._asked_at = time.monotonic()
        self._notice_silence(self._pubsub)
        message = self._pubsub.get_message(timeout=1.0)
        if message is not None:
            self._heard_at = time.monotonic()
            self._pass_on(message)

    def _notice_silence(self, pubsub: PubSub) -> None:
        now = time.monotonic()
        if now - self._heard_at > 2 * SILENCE:
            raise RedisError("Redis is silent.")
        if now - max(self._heard_at, self._asked_at) > SILENCE:
            self._asked_at = now
            pubsub.ping()

    def _pass_on(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        with suppress(ValueError):
            self._handlers[message["channel"].decode()](message["data"].decode())
