"""Wake-ups: "something was committed in this trip". They may be lost.

The listeners of this process are called at once; other processes hear of it through Redis, from
a thread of its own, so that a frozen Redis holds up nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from queue import SimpleQueue
from threading import Lock, Thread
from uuid import UUID, uuid4

import structlog
from redis import Redis, RedisError

from wandr.extensions import redis

log = structlog.get_logger()
CHANNEL = "wandr:pokes"
BACKLOG = 1000


class About(StrEnum):
    """What was committed."""

    CHANGES = "changes"
    ASSISTANT = "assistant"  # something that it says


Listener = Callable[[UUID, About], None]


class Poker:
    """Tells the listeners of this process and, in the background, those of the others."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self._queue: SimpleQueue[tuple[Redis, str]] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    @cached_property
    def process(self) -> str:
        """The name of this process; made when it is first needed, which is after a fork."""
        return uuid4().hex

    def poke(self, trip_id: UUID, about: About = About.CHANGES) -> None:
        """Wake whoever follows the trip. Never blocks, never fails."""
        for listener in self.listeners:
            listener(trip_id, about)
        if self._queue.qsize() < BACKLOG:
            self._queue.put((redis.client, f"{trip_id} {about} {self.process}"))
            self._ensure_thread()

    def hear(self, message: str) -> None:
        """Wake the listeners for another process. Raises ValueError for what is no poke."""
        trip_id, about, process = message.split(" ")
        if process != self.process:
            for listener in self.listeners:
                listener(UUID(trip_id), About(about))

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._publish_forever, name="pokes", daemon=True)
                self._thread.start()

    def _publish_forever(self) -> None:
        while True:
            client, message = self._queue.get()
            try:
                client.publish(CHANNEL, message)
            except RedisError as error:
                log.warning("poke_lost", error=str(error))


poker = Poker()
