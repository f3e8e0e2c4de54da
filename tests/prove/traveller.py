"""Somebody with the reference client on a bad network: edits all the time, loses the connection,
comes back, sends again. Everything that is claimed afterwards is noted here as it happens."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

from tests.cast import Person
from tests.prove.wire import Gone, Refused, Wire, credentials
from tests.prove.world import World
from tests.realtime.device import create, rename
from tests.reference.client import Ask, TripClient

PATIENCE = 3.0  # seconds for an answer; a real client has more of it
SILENCE = 4.0  # seconds without a word, where words are expected all the time
PULSE = 0.05  # seconds between looks at the clock
BACK_AFTER = (0.05, 0.5)  # seconds, from and to, between connections


class NoStore:
    """Memory is enough: these clients do not die."""

    def load(self) -> None:
        return None

    def save(self, document: dict[str, Any]) -> None: ...

    def wipe(self) -> None: ...


class Traveller:
    """One client. `counts` are what happened to it, `faults` what must never happen."""

    def __init__(self, place: World, person: Person, trip_id: str, dice: Random) -> None:
        self.place, self.person, self.dice = place, person, dice
        self.trip = TripClient(trip_id, str(person.user_id), NoStore())
        self.counts: Counter[str] = Counter()
        self.error_codes: set[str] = set()
        self.faults: list[str] = []
        self.outcomes: dict[str, list[dict[str, Any]]] = {}  # of every answered mutation, by its id
        self.delays: list[float] = []  # ms from before the commit of a change until it was heard
        self.is_restless = False  # may a silence mean that the connection is dead
        self._sent: Counter[str] = Counter()
        self._deadlines: dict[Ask, float] = {}
        self._wire: Wire | None = None
        self._last: int | None = None  # the seq last heard by `trip:changes` of this connection
        self._heard_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def travel(self, port: int) -> None:
        """Be connected, as far as the network lets one; until cancelled."""
        try:
            while True:
                try:
                    await self._ride(port)
                except Gone:
                    self.counts["lost"] += 1
                except Refused as error:
                    self.counts["refused"] += 1
                    self.error_codes.add(str(error.data.get("code")))
                await asyncio.sleep(self.dice.uniform(*BACK_AFTER))
        finally:
            self._leave()

    async def edit_on(self, pause: tuple[float, float]) -> None:
        """Edit again and again, connected or not; until cancelled."""
        while True:
            await asyncio.sleep(self.dice.uniform(*pause))
            if self.trip.state is not None and len(self.trip.pending) < 20:
                self.trip.edit(self._whim())
                self.counts["edits"] += 1
                self._ask()

    def is_settled(self, head: int) -> bool:
        """Whether it has everything, and everything of it has arrived."""
        trip = self.trip
        return bool(
            trip.is_joined and trip.state and trip.state["seq"] == head and not trip.pending
        )

    async def _ride(self, port: int) -> None:
        """One connection, from its beginning to its end."""
        auth = credentials(self.person, self.trip.client_id)
        self._wire = await Wire.open(port, auth, self._hear, seconds=PATIENCE)
        self.counts["connections"] += 1
        self._last, self._heard_at = None, asyncio.get_running_loop().time()
        try:
            self.trip.connected()
            while not self._wire.ended.is_set():
                self._look_at_the_clock()
                self._ask()
                await asyncio.sleep(PULSE)
            raise Gone(str(self._wire.close_code))
        finally:
            self._leave()

    def _look_at_the_clock(self) -> None:
        """Raises Gone when the server has been silent for too long."""
        now = asyncio.get_running_loop().time()
        for ask in [one for one, deadline in self._deadlines.items() if deadline <= now]:
            del self._deadlines[ask]
            self.trip.ask_again(ask)
        if self.is_restless and now - self._heard_at > SILENCE:
            self.counts["silences"] += 1
            raise Gone("silence")
        self.trip.is_time_to_tell = self.dice.random() < PULSE

    def _ask(self) -> None:
        for ask in self.trip.asks():
            self.counts[ask.event] += 1
            if ask.event == "trip:mutate":
                self._sent[ask.payload["mutation_id"]] += 1
            task = asyncio.create_task(self._ask_one(ask, self._wire))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask_one(self, ask: Ask, wire: Wire | None) -> None:
        assert wire is not None
        try:
            if ask.event == "GET":
                answer = await asyncio.to_thread(self._get, ask.payload["path"])
            else:
                answer = await wire.ask(ask.event, ask.payload, seconds=PATIENCE)
        except Gone:
            wire.abort()  # an answer that does not come is how a dead connection shows
            return
        if wire is self._wire:
            self._take_answer(ask, answer)

    def _take_answer(self, ask: Ask, answer: dict[str, Any]) -> None:
        wait = self.trip.answered(ask, answer)
        if not answer["ok"]:
            self.counts[answer["error"]["code"]] += 1
            self.error_codes.add(answer["error"]["code"])
        elif ask.event == "trip:mutate":
            self._note(ask.payload["mutation_id"], answer["results"])
        if wait is not None:
            self._deadlines[ask] = asyncio.get_running_loop().time() + wait
        self._ask()

    def _note(self, mutation_id: str, results: list[dict[str, Any]]) -> None:
        if mutation_id not in self.outcomes:
            code = results[0].get("error", {}).get("code", "")
            self.counts[f"{results[0]['status']} {code}".strip()] += 1
        if self.outcomes.setdefault(mutation_id, results) != results:
            self.faults.append(f"{mutation_id} has two outcomes")

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if event == "trip:changes":
            for change in told["changes"]:
                if self._last is not None and change["seq"] != self._last + 1:
                    self.faults.append(f"{change['seq']} came after {self._last}")
                self._last = change["seq"]
                self.delays.append(1000 * (time.time() - _seconds(change["at"])))
        elif event == "trip:reset":
            self.counts["resets"] += 1
            self._last = None
        self.trip.hear(event, told)
        self._ask()

    def _get(self, path: str) -> dict[str, Any]:
        try:
            answer = self.place.send(self.person, "GET", path.removeprefix("/api/v1"))
        except OSError:
            return {"ok": False, "error": {"code": "busy", "retry_after_ms": 200}}
        if answer.ok:
            return {"ok": True, "snapshot": answer.json()}
        return {"ok": False, "error": {"code": answer.json()["code"], "retry_after_ms": 500}}

    def _leave(self) -> None:
        self.trip.disconnected()
        self._deadlines.clear()
        if self._wire is not None:
            self._wire.abort()
            self._wire = None

    @property
    def resends(self) -> int:
        """How often a mutation was sent that had been sent before."""
        return sum(count - 1 for count in self._sent.values())

    def _whim(self) -> dict[str, Any]:
        assert self.trip.state is not None
        rows = list(self.trip.state["rows"].get("activity", {}))
        kind = self.dice.choice(
            ("create", "create", "update", "update", "update", "move", "delete", "trip")
        )
        title = f"{self.person.display_name} {self.counts['edits']}"
        if kind == "trip":
            return rename(self.trip.trip_id, title)
        if kind == "create" or len(rows) < 10:
            return create(title)
        op = {"op": kind, "entity": "activity", "id": self.dice.choice(rows)}
        if kind == "update":
            name = self.dice.choice(("title", "title", "notes"))
            return {**op, "fields": {name: title}}
        return op if kind == "delete" else {**op, "after": self.dice.choice([None, *rows])}


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()
