"""A `TripClient` on a real server: Socket.IO for the events, HTTP for the snapshot.

python-socketio handles each message in a thread of its own, so that two may overtake each other.
The client's rules make that harmless (what comes too early is asked for again); one lock makes it
safe.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import requests
import socketio
from socketio.exceptions import SocketIOError

from tests.reference.client import Ask, TripClient
from tests.reference.folding import Rows

PATIENCE = 10.0  # seconds for an answer
SEEN_PERIOD = 5.0  # seconds
PULSE = 0.1  # seconds between looks at the clock


class LiveTrip:
    """Keeps a trip up to date while it is open. `token` gives an access token that is good now."""

    def __init__(self, url: str, trip: TripClient, token: Callable[[], str]) -> None:
        self.url, self.trip, self.token = url, trip, token
        self._lock = threading.RLock()
        self._deadlines: dict[Ask, float] = {}  # when each will be asked again
        self._is_closed = threading.Event()
        self._has_trip = threading.Event()
        # After a restart of the server, a thousand clients must not come back in one instant.
        self.io = socketio.Client(
            reconnection_delay=0.5,
            reconnection_delay_max=10,
            randomization_factor=0.5,
            handle_sigint=False,
        )
        self.io.on("connect", partial(self.tell, trip.connected))
        self.io.on("disconnect", lambda reason: self.tell(self._lose_connection))
        self.io.on("*", self._hear)

    def open(self) -> None:
        """Connect, and stay so until `close`; when this returns, the trip is there.

        Raises ConnectionError when nobody answers, TimeoutError when there is no such trip.
        """
        self.io.connect(self.url, auth=self._auth, transports=["websocket"])
        threading.Thread(target=self._watch_the_clock, daemon=True).start()
        if not self._has_trip.wait(PATIENCE):
            raise TimeoutError("The trip has not come.")

    def close(self) -> None:
        """Hang up. What is pending stays in the store."""
        self._is_closed.set()
        self.io.disconnect()
        self.tell(self._lose_connection)

    def tell(self, what: Callable[..., Any], *args: Any) -> Any:
        """Do something with the client (`trip.edit`, …), and send what it then asks for.

        `trip.connected` opens a trip again that was closed to this person.
        """
        with self._lock:
            done = what(*args)
            self._ask()
            if self.trip.state is not None:
                self._has_trip.set()
            return done

    def view(self) -> Rows:
        """The trip as its user sees it."""
        with self._lock:
            return self.trip.view()

    def _auth(self) -> dict[str, Any]:
        return {"token": self.token(), "client_id": self.trip.client_id, "proto": 1}

    def _ask(self) -> None:
        for ask in self.trip.asks():
            self._deadlines[ask] = time.monotonic() + PATIENCE
            if ask.event == "GET":
                threading.Thread(target=self._get, args=[ask], daemon=True).start()
            else:
                with suppress(SocketIOError):  # the disconnection will be told
                    answered = partial(self.tell, self._answered, ask)
                    self.io.emit(ask.event, ask.payload, callback=answered)

    def _answered(self, ask: Ask, answer: dict[str, Any]) -> None:
        wait = self.trip.answered(ask, answer)
        if wait is None:
            self._deadlines.pop(ask, None)
        else:
            self._deadlines[ask] = time.monotonic() + wait

    def _get(self, ask: Ask) -> None:
        headers = {"Authorization": f"Bearer {self.token()}"}
        with suppress(requests.RequestException):  # the deadline will pass
            got = requests.get(self.url + ask.payload["path"], headers=headers, timeout=PATIENCE)
            read = {"ok": True, "snapshot": got.json()} if got.ok else _refusal(got)
            self.tell(self._answered, ask, read)

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        if event == "auth:expiring":
            with suppress(SocketIOError):
                self.io.emit("auth:refresh", {"token": self.token()})
        elif told.get("trip_id") == self.trip.trip_id:
            self.tell(self.trip.hear, event, told)

    def _lose_connection(self) -> None:
        self.trip.disconnected()
        self._deadlines.clear()

    def _watch_the_clock(self) -> None:
        told_at = time.monotonic()
        while not self._is_closed.wait(PULSE):
            with self._lock:
                now = time.monotonic()
                for ask in [one for one, deadline in self._deadlines.items() if deadline <= now]:
                    del self._deadlines[ask]
                    self.trip.ask_again(ask)
                if now - told_at >= SEEN_PERIOD:
                    told_at = now
                    self.trip.tick()
                self._ask()


def _refusal(got: requests.Response) -> dict[str, Any]:
    wait = {"retry_after_ms": 1000 * int(got.headers.get("Retry-After", 1))}
    return {"ok": False, "error": {"code": got.json()["code"], **wait}}
