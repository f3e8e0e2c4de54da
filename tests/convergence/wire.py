"""A web process without its sockets: the real events, rooms and tailer, and wires that can be cut.

What a device sends waits in its `outbox` until the process handles it; what the process answers or
emits waits in its `inbox` until it is delivered. Each is in order, as a connection is; everything
between two devices, and between the two processes, may happen in any order.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from flask import Flask

from tests.cast import Person
from tests.reference.client import PASSING, Ask, TripClient
from wandr.changes.feed import snapshot
from wandr.errors import Busy, NotFound
from wandr.extensions import db
from wandr.realtime.events import answer, refusal
from wandr.realtime.rooms import Connection
from wandr.realtime.state import STATE, Sockets
from wandr.realtime.tailer import Tailer
from wandr.transaction import reading

Answer = dict[str, Any]
RESTLESS = 200  # messages that nobody needs to get up to date


@dataclass(eq=False)
class Message:
    """Something on its way to a device: an acknowledgement of `ask`, or an event."""

    payload: dict[str, Any]
    ask: Ask | None = None
    event: str = ""


class MemoryStore:
    """What a device keeps on its disk."""

    def __init__(self) -> None:
        self.text: str | None = None

    def load(self) -> dict[str, Any] | None:
        return None if self.text is None else json.loads(self.text)

    def save(self, document: dict[str, Any]) -> None:
        self.text = json.dumps(document)

    def wipe(self) -> None:
        self.text = None


class Process:
    """One of the web processes. `watch` is told all that leaves it: (user, payload)."""

    def __init__(self, app: Flask, watch: Callable[[UUID, Any], None]) -> None:
        self.app, self.watch = app, watch
        self.sockets = Sockets(None)  # emissions go to inboxes
        self.tailer = Tailer(self.sockets.rooms, self._emit)
        self.devices: dict[str, Device] = {}

    def handle(self, device: Device, ask: Ask) -> Answer:
        """What this process answers to a device, as it comes out of a socket."""
        self.app.extensions[STATE] = self.sockets
        sent = json.loads(json.dumps(ask.payload))
        if ask.event == "trip:mutate":
            first = device.sent.setdefault(sent["mutation_id"], sent)
            assert first == sent, "a mutation was altered before it was sent again"
        answered = answer(self.app, ask.event, device.sid, (sent,))
        assert answered.get("error", {}).get("code") != "internal", (ask, answered)
        self.watch(device.person.user_id, answered)
        return json.loads(json.dumps(answered))

    def fetch(self, device: Device, ask: Ask) -> Answer:
        """The snapshot by HTTP."""
        trip_id = UUID(ask.payload["path"].split("/")[4])
        try:
            with self.app.app_context(), reading():
                text, seq = snapshot(trip_id, device.person.user_id)
        except NotFound as problem:
            return refusal(problem)
        self.watch(device.person.user_id, {"head": seq})
        return {"ok": True, "snapshot": json.loads(text)}

    def look(self) -> None:
        """Let the tailer tell what is new."""
        self.tailer.look_again()
        with self.app.app_context():
            self.tailer.step()

    def tell_heads(self) -> None:
        self.tailer.tell_heads()

    def _emit(self, event: str, payload: dict[str, Any], sids: Any) -> None:
        text = json.dumps(payload)
        for device in [self.devices[sid] for sid in sids]:
            self.watch(device.person.user_id, payload)
            device.inbox.append(Message(json.loads(text), event=event))


class Device:
    """A phone: a reference client, the process it connects to, and the wire between them."""

    def __init__(self, name: str, person: Person, process: Process, trip_id: str) -> None:
        self.name, self.person, self.process, self.trip_id = name, person, process, trip_id
        self.store = MemoryStore()
        self.seen: Counter[str] = Counter()
        self.sent: dict[str, dict[str, Any]] = {}  # mutations, as the server got them
        self.outcomes: dict[str, list[dict[str, Any]]] = {}  # and what the client was told of them
        self.sampled = (0, 0)  # which state was last looked at, and at which seq
        self.sid = ""
        self.boot()

    def boot(self) -> None:
        """Start the app anew, with what the store has."""
        self.disconnect()
        self.client = TripClient(self.trip_id, str(self.person.user_id), self.store)

    def connect(self) -> None:
        """A new connection; on one that is there, the trip is opened again."""
        if not self.sid:
            self.sid = uuid4().hex
            self.process.devices[self.sid] = self
            who = (self.person.user_id, self.person.session_id, UUID(self.client.client_id))
            connection = Connection(self.sid, *who, expires_at=int(time.time()) + 3600)
            self.process.sockets.rooms.connect(connection)
        self.client.connected()
        self.send()

    def disconnect(self) -> None:
        """Cut the wire, with all that is on it."""
        self.inbox: deque[Message] = deque()
        self.outbox: deque[Ask] = deque()
        if self.sid:
            self.process.sockets.rooms.disconnect(self.sid)
            del self.process.devices[self.sid]
            self.sid = ""
            self.client.disconnected()

    def hang_up_on(self) -> None:
        """The oldest request is handled, and the connection breaks before anything comes back."""
        self.serve()
        self.disconnect()

    @property
    def is_away(self) -> bool:
        """Whether `connect` would change something."""
        return not self.sid or self.client.is_gone

    def send(self) -> None:
        self.outbox.extend(self.client.asks())

    def serve(self, *, twice: bool = False, lost_commit: bool = False) -> None:
        """Let the process handle the oldest request, if there is one."""
        if not self.outbox:
            return
        ask = self.outbox.popleft()
        self.seen[ask.event] += 1
        if ask.event == "GET":
            self.inbox.append(Message(self.process.fetch(self, ask), ask))
            return
        if lost_commit:
            with patch.object(db.session, "commit", side_effect=Busy("The database is away.")):
                self.process.handle(self, ask)
        answered = self.process.handle(self, ask)
        if twice and ask.event == "trip:mutate":
            assert self.process.handle(self, ask) == answered, (
                "the second delivery was answered otherwise"
            )
        self.inbox.append(Message(answered, ask))

    def serve_up_to(self, event: str) -> None:
        """Let it handle, and answer, what was asked before the first of these."""
        while any(ask.event == event for ask in self.outbox) and self.outbox[0].event != event:
            self.serve()

    def deliver(self, *, twice: bool = False) -> None:
        """Let the oldest message reach the client, if there is one."""
        if not self.inbox:
            return
        message = self.inbox.popleft()
        for _ in range(1 + twice):
            self._take(json.loads(json.dumps(message.payload)), message)
        self.send()

    def lose_changes(self) -> None:
        """The next request is handled; the news of it, and all other news, never arrives."""
        self.serve()
        self.process.look()
        self.inbox = deque(one for one in self.inbox if one.event != "trip:changes")

    def lose_answers(self) -> None:
        """The next request is handled; it and those before it are never answered."""
        self.serve()
        self.inbox = deque(one for one in self.inbox if one.ask is None)
        self.give_up()

    def give_up(self) -> None:
        """The client asks everything anew that has not been answered yet."""
        for ask in list(self.client.asked.values()):
            self.client.ask_again(ask)
        self.send()

    def tick(self) -> None:
        """Five seconds pass."""
        self.client.tick()
        self.send()

    def sync(self) -> None:
        """Serve and deliver until nothing is on the wire."""
        for _ in range(RESTLESS):
            if not (self.outbox or self.inbox):
                return
            self.serve()
            self.deliver()
        raise AssertionError(f"{self.name} asks for {self.outbox} and is never content")

    def _take(self, payload: dict[str, Any], message: Message) -> None:
        if message.ask is None:
            self.client.hear(message.event, payload)
            self.seen[message.event] += 1
            return
        if message.ask.event == "trip:mutate":
            self._note_answer(message.ask, payload)
        if self.client.answered(message.ask, payload) is not None:
            self.client.ask_again(message.ask)  # time passes

    def _note_answer(self, ask: Ask, answered: Answer) -> None:
        """Remember what the client is told, if it still listens: it may have asked anew."""
        if not answered["ok"]:
            assert answered["error"]["code"] in (*PASSING, "not_found"), answered
            return
        mutation_id, results = ask.payload["mutation_id"], answered["results"]
        assert self.outcomes.get(mutation_id, results) == results, "answered in two ways"
        if self.client.asked.get(ask.event) is ask:
            self.outcomes[mutation_id] = results
