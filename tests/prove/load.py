"""People who edit one trip while something is done to the network or the servers."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Self
from uuid import uuid4

import requests

from tests.cast import Person
from tests.prove.traveller import Traveller
from tests.prove.world import TIMEOUT, World, eventually
from tests.realtime.conftest import Group
from tests.realtime.device import create

MOST_SETTLING = 60  # seconds


@dataclass(frozen=True)
class Journey:
    """How many travel, how many of them write, and how many more write over REST."""

    clients: int
    writers: int
    pause: tuple[float, float]  # seconds between the edits of one writer, from and to
    rest_writers: int = 0
    seed: int = 1


class RestWriter:
    """Sends batches over HTTP, each by a connection of its own, and again until it is answered.

    `answers` counts (phase, status); a status of 0 is a connection that ended without an answer.
    """

    def __init__(self, place: World, person: Person, trip_id: str) -> None:
        self.url = f"{place.web.url}/api/v1/trips/{trip_id}/changes"
        self.headers = {"Authorization": f"Bearer {person.token}"}
        self.outcomes: dict[str, list[dict[str, Any]]] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        self.faults: list[str] = []
        self.phase = ""
        self.body: dict[str, Any] | None = None

    async def write_on(self, pause: float) -> None:
        """Write again and again; until cancelled."""
        while True:
            self.body = {"mutation_id": str(uuid4()), "ops": [create("Over REST")]}
            await self.finish()
            await asyncio.sleep(pause)

    async def finish(self) -> None:
        """Send what has no outcome yet, until it has."""
        while self.body is not None:
            phase = self.phase
            status, told = await asyncio.to_thread(self._post, self.body)
            self.answers[phase, status] += 1
            if status == 200:
                self.outcomes[self.body["mutation_id"]] = told["results"]
                self.body = None
            else:
                await asyncio.sleep(0.1)

    def _post(self, body: dict[str, Any]) -> tuple[int, Any]:
        try:
            answer = requests.post(self.url, json=body, headers=self.headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            self.faults.append(f"{self.phase}: {error}")
            return 0, None
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.faults.append(f"{self.phase}: 503 without Retry-After")
        return answer.status_code, answer.json()


class Load:
    """All of them at work, from entering to leaving; at the end they settle."""

    def __init__(self, place: World, group: Group, journey: Journey, port: int) -> None:
        self.port, self.pause = port, journey.pause
        people = (group.organizer, group.participant, group.viewer)
        writing = [people[n % 2] for n in range(journey.writers)]
        listening = [people[n % 3] for n in range(journey.clients - journey.writers)]
        trip_id = str(group.trip_id)
        self.travellers = [
            Traveller(place, person, trip_id, Random(journey.seed * 1000 + number))
            for number, person in enumerate((*writing, *listening))
        ]
        self.writers = self.travellers[: journey.writers]
        self.rest = [RestWriter(place, people[n % 2], trip_id) for n in range(journey.rest_writers)]
        self._riding: list[asyncio.Task[None]] = []
        self._editing: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._riding = [asyncio.create_task(one.travel(self.port)) for one in self.travellers]
        self._editing = [asyncio.create_task(one.edit_on(self.pause)) for one in self.writers]
        self._editing += [asyncio.create_task(one.write_on(self.pause[0])) for one in self.rest]
        return self

    async def __aexit__(self, *failure: object) -> None:
        try:
            await self.stop_editing()
            if failure[0] is None:
                await self._settle()
        finally:
            await _end_tasks(self._riding)

    async def stop_editing(self) -> None:
        """Let nobody edit any more; what was begun is finished."""
        editing, self._editing = self._editing, []
        await _end_tasks(editing)

    def begin(self, phase: str) -> None:
        """Count from now on under this name."""
        for one in self.rest:
            one.phase = phase
        for one in self.travellers:
            one.delays = []

    async def _settle(self) -> None:
        """Wait until all have sent and received everything. What they lack then is judged."""
        await asyncio.gather(*(one.finish() for one in self.rest))
        with suppress(AssertionError):
            await eventually(self._is_settled, MOST_SETTLING, "not all settle")

    def _is_settled(self) -> bool:
        head = max(one.trip.head for one in self.travellers)
        return all(one.is_settled(head) for one in self.travellers)


async def _end_tasks(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    failures = [one for one in found if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("a client has failed", failures)
