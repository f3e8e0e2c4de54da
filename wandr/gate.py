"""One writer per trip and process at a time, so that a hot trip cannot hold the whole pool.

Writers of one trip would only queue on its row lock, each holding a database connection. They
wait here instead, before they take one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Semaphore
from uuid import UUID

from wandr.errors import Busy

PATIENCE = 2.0  # seconds
_held: ContextVar[frozenset[UUID]] = ContextVar("wandr.gate", default=frozenset())


class Gate:
    """Semaphores by trip, made when first asked for and dropped when nobody waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._semaphores: dict[UUID, tuple[Semaphore, int]] = {}

    @contextmanager
    def hold(self, trip_id: UUID) -> Iterator[None]:
        """Be the only writer of the trip in this process. Busy after two seconds of waiting."""
        if trip_id in _held.get():
            yield
            return
        semaphore = self._enter(trip_id)
        try:
            if not semaphore.acquire(timeout=PATIENCE):
                raise Busy("Many people are changing this trip just now.")
            token = _held.set(_held.get() | {trip_id})
            try:
                yield
            finally:
                _held.reset(token)
                semaphore.release()
        finally:
            self._leave(trip_id)

    def _enter(self, trip_id: UUID) -> Semaphore:
        with self._lock:
            semaphore, waiting = self._semaphores.get(trip_id, (Semaphore(), 0))
            self._semaphores[trip_id] = (semaphore, waiting + 1)
        return semaphore

    def _leave(self, trip_id: UUID) -> None:
        with self._lock:
            semaphore, waiting = self._semaphores.pop(trip_id)
            if waiting > 1:
                self._semaphores[trip_id] = (semaphore, waiting - 1)


gate = Gate()
