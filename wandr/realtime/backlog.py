"""What was given to a socket and not yet taken by its other side: counted, and bounded.

The queue of engineio is unbounded, and its length tells nothing: its writer empties it into a list
before it sends. So the queue counts what comes in, and the WebSocket what it has handed over.
"""

from __future__ import annotations

import time
from typing import Any

MOST_MESSAGES, MOST_BYTES = 1000, 1024 * 1024  # beyond, a socket is given no more changes
OVERFLOW = 2  # times that much and the connection is cut
STUCK = 30.0  # seconds without taking anything, after which the connection is cut


class Backlog:
    """Messages and bytes that wait for one socket."""

    __slots__ = ("began_at", "messages", "overflowed", "size")  # it is counted at every delivery

    def __init__(self) -> None:
        self.messages = self.size = 0
        self.overflowed = False
        self.began_at = 0.0  # when it was last empty

    @property
    def is_full(self) -> bool:
        """Whether the other side reads too slowly to be given more."""
        return self._exceeds(1)

    @property
    def is_half_full(self) -> bool:
        """Whether it is given only what cannot be done without."""
        return self._exceeds(0.5)

    def add(self, size: int) -> bool:
        """Note a message of `size` bytes; False when it must not wait as well."""
        if self.messages > OVERFLOW * MOST_MESSAGES or self.size > OVERFLOW * MOST_BYTES:
            self.overflowed = True
            return False
        if not self.messages:
            self.began_at = time.monotonic()
        self.messages += 1
        self.size += size
        return True

    def hand_over(self, size: int) -> None:
        """Note that one of them has gone."""
        self.messages -= 1
        self.size -= size

    def is_stuck(self, moved_at: float) -> bool:
        """Whether nothing has moved for too long, the last byte having gone at `moved_at`."""
        waits_since = max(self.began_at, moved_at)
        return self.messages > 0 and time.monotonic() - waits_since > STUCK

    def _exceeds(self, times: float) -> bool:
        return self.messages > times * MOST_MESSAGES or self.size > times * MOST_BYTES


class Waiting:
    """A packet in the queue: its text is given out once. The writer of engineio holds on to what it
    sent last, for up to 25 seconds: a thousand joins to a full trip would be 65 MB of answers."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def encode(self) -> str:
        text, self._text = self._text, ""
        return text


class Counted:
    """The queue of an engineio driver, counting. Mixed in before the driver's own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.backlog = Backlog()

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        """Queue a packet for the writer (None ends it), or drop it: see `overflowed`."""
        if packet is None:
            super().put(None, block, timeout)  # type: ignore[misc]
            return
        text = packet.encode()  # which is kept in the packet: those that hear the same share it
        if self.backlog.add(len(text)):
            super().put(Waiting(text), block, timeout)  # type: ignore[misc]


def counted(driver: type[Any]) -> type[Any]:
    """A counting class over the driver's queue."""
    return type("CountedQueue", (Counted, driver), {})
