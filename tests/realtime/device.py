"""Somebody's phone or browser: a real socket.io client that remembers what it has heard."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import socketio

from tests.cast import Person
from tests.realtime import protocol
from tests.realtime.server import wait_until


@dataclass
class Heard:
    """One event from the server."""

    name: str
    payload: Any
    at: float


class Device:
    """A client of one person. `heard` are all events in their order, `gone` why it was closed."""

    def __init__(self, url: str, person: Person, **auth: Any) -> None:
        self.person = person
        self.client_id = str(uuid4())
        self.auth = {"token": person.token, "client_id": self.client_id, "proto": 1} | auth
        self.url = url
        self.heard: list[Heard] = []
        self.introduced: list[dict[str, Any]] = []  # who was present when it joined
        self.gone: str | None = None
        self.refusal: Any = None
        self.io = socketio.Client(reconnection=False, handle_sigint=False)
        self.io.on("*", self._hear)
        self.io.on("disconnect", self._lose)
        self.io.on("connect_error", self._be_refused)

    def connect(self) -> Device:
        self.gone = None
        self.io.connect(self.url, auth=self.auth, transports=["websocket"], wait_timeout=5)
        return self

    def strange(self) -> list[str]:
        """What it has heard that is not as the AsyncAPI document says."""
        return [fault for one in self.heard for fault in protocol.told(one.name, one.payload)]

    def close(self) -> None:
        raw = self.io.eio.ws
        self.io.disconnect()
        if raw is not None:
            raw.shutdown()  # the library leaves it open when the server has hung up

    @property
    def port(self) -> int:
        """The local end of its connection."""
        found: int = self.io.eio.ws.sock.getsockname()[1]
        return found

    def send(self, event: str, *args: Any) -> Any:
        """Send an event and wait for its acknowledgement."""
        answer = self.io.call(event, args if len(args) != 1 else args[0], timeout=5)
        assert protocol.answered(event, answer) == [], answer
        return answer

    def join(self, trip_id: Any, since: int | None = None) -> dict[str, Any]:
        return self.send("trip:join", {"trip_id": str(trip_id), "since": since})

    def mutate(self, trip_id: Any, *ops: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.send("trip:mutate", self.mutation(trip_id, *ops, **more))

    @staticmethod
    def mutation(trip_id: Any, *ops: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"trip_id": str(trip_id), "mutation_id": str(uuid4()), "ops": list(ops)} | more

    def events(self, name: str) -> list[Any]:
        return [one.payload for one in self.heard if one.name == name]

    def changes(self) -> list[dict[str, Any]]:
        """All changes that came as `trip:changes`, in the order in which they came."""
        return [change for told in self.events("trip:changes") for change in told["changes"]]

    def seqs(self) -> list[int]:
        return [change["seq"] for change in self.changes()]

    def wait_for(self, name: str, count: int = 1, seconds: float = 5) -> Any:
        """The payload of the event of this name that comes as number `count`."""
        wait_until(lambda: len(self.events(name)) >= count, seconds, lambda: str(self.heard))
        return self.events(name)[count - 1]

    def wait_for_seq(self, seq: int, seconds: float = 5) -> dict[str, Any]:
        """The change of this seq, once it has come."""
        wait_until(lambda: seq in self.seqs(), seconds, lambda: f"{seq} not in {self.heard}")
        return next(change for change in self.changes() if change["seq"] == seq)

    def _hear(self, name: str, payload: Any = None) -> None:
        self.heard.append(Heard(name, payload, time.perf_counter()))

    def _lose(self, reason: str) -> None:
        self.gone = reason

    def _be_refused(self, data: Any) -> None:
        self.refusal = data


def create(title: str = "Fushimi Inari", **fields: Any) -> dict[str, Any]:
    """An op that makes an activity."""
    fields = {"title": title} | fields
    return {"op": "create", "entity": "activity", "id": str(uuid4()), "fields": fields}


def rename(trip_id: Any, title: str) -> dict[str, Any]:
    """An op that gives the trip another title."""
    return {"op": "update", "entity": "trip", "id": str(trip_id), "fields": {"title": title}}
