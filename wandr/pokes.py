"""Wake-ups: "something was committed in this trip". They carry nothing and may be lost.

The listeners of this process are called at once; other processes hear of it through Redis, from
a thread of its own, so that a frozen Redis holds up nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from uuid import UUID

import structlog
from redis import Redis, RedisError

from wandr.extensions import redis

log = structlog.get_logger()
CHANNEL = "wandr:pokes"
BACKLOG = 1000


class Poker:
    """Tells the listeners of this process and, in the background, those of the others."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[UUID], None]] = []
        self._queue: SimpleQueue[tuple[Redis, UUID]] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def poke(self, trip_id: UUID) -> None:
        """Wake whoever follows the trip. Never blocks, never fails."""
        for listener in self.listeners:
            listener(trip_id)
        if self._queue.qsize() < BACKLOG:
            self._queue.put((redis.client, trip_id))
            self._ensure_thread()

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._publish_forever, name="pokes", daemon=True)
                self._thread.start()

    def _publish_forever(self) -> None:
        while True:
            client, trip_id = self._queue.get()
            try:
                client.publish(CHANNEL, str(trip_id))
            except RedisError as error:
                log.warning("poke_lost", error=str(error))


poker = Poker()
