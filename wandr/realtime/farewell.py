"""Closing all connections when the process is told to end, so that clients go elsewhere at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from wandr.realtime.state import Sockets

PATIENCE = 3.0  # seconds in which clients may answer the goodbye


class Farewell:
    """Says goodbye (1001, going away) to every connection once `is_leaving`."""

    def __init__(self, sockets: Sockets, is_leaving: Callable[[], bool]) -> None:
        self.sockets = sockets
        self.is_leaving = is_leaving
        self._since: float | None = None

    def step(self) -> None:
        """Look whether it is time to go."""
        if not self.is_leaving():
            return
        self._since = self._since or time.monotonic()
        for raw in list(self.sockets.opened):
            if time.monotonic() - self._since > PATIENCE:
                raw.cut()
            else:
                self.sockets.server.start_background_task(raw.leave)
