"""One writer per trip and process at a time, so that a hot trip cannot hold the whole pool.

Writers of one trip would only queue on its row lock, each holding a database connection. They
wait here instead, before they take one, in the order in which they came: whoever writes again and
again would otherwise keep the others out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock
from uuid import UUID

from wandr.errors import Busy

PATIENCE = 2.0  # seconds
_held: ContextVar[frozenset[UUID]] = ContextVar("wandr.gate", default=frozenset())


class Gate:
    """Queues by trip, in the order of arrival: whoever stands first in one is inside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues: dict[UUID, deque[Event]] = {}

    @contextmanager
    def hold(self, trip_id: UUID) -> Iterator[None]:
        """Be the only writer of the trip in this process. Busy after two seconds of waiting."""
        if trip_id in _held.get():
            yield
            return
        turn = self._enter(trip_id)
        try:
            if not turn.wait(PATIENCE):
                raise Busy("Many people are changing this trip just now.")
            token = _held.set(_held.get() | {trip_id})
            try:
                yield
            finally:
                _held.reset(token)
        finally:
            self._leave(trip_id, turn)

    def _enter(self, trip_id: UUID) -> Event:
        turn = Event()
        with self._lock:
            queue = self._queues.setdefault(trip_id, deque())
            queue.append(turn)
            queue[0].set()
        return turn

    def _leave(self, trip_id: UUID, turn: Event) -> None:
        with self._lock:
            queue = self._queues[trip_id]
            queue.remove(turn)
            if queue:
                queue[0].set()
            else:
                del self._queues[trip_id]


gate = Gate()
