"""Two hundred removals of somebody who writes, listens, joins and catches up all the while.

The removal has a seq R in the log. Nothing with seq ≥ R may reach any socket of theirs, nothing of
theirs may have a seq > R, and no join may succeed after it. The same with a lost right to write.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.prove.report import Report, quantile
from tests.prove.wire import Wire
from tests.prove.world import World, eventually, frozen, world
from tests.realtime.conftest import Group
from tests.realtime.device import Device, create

CREWS = 2
NAMES = ("Olga Organizer", "Pavel Participant", "Vera Viewer", "Oscar Outsider")
REST = 0.02  # seconds between attempts of who is refused
Request = tuple[str, str, dict[str, Any] | None]
DOWNGRADES = 20  # in each state
PAUSE = 0.03  # seconds between joins, and between catch-ups


@dataclass(frozen=True)
class State:
    """How Redis is, in how many removals, and the goal for the time to kick (ms, p99)."""

    name: str
    removals: int
    goal: float


UP, FROZEN, DOWN = State("up", 100, 100), State("frozen", 50, 1200), State("down", 50, 1200)


@dataclass
class Ear:
    """One socket: what it has heard of each trip, and when it was told to go."""

    wire: Wire = field(init=False)
    seqs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    revoked_at: dict[str, float] = field(default_factory=dict)

    def hear(self, name: str, payload: dict[str, Any]) -> None:
        if name == "trip:changes":
            self.seqs[payload["trip_id"]] += [one["seq"] for one in payload["changes"]]
        elif name == "trip:revoked":
            self.revoked_at.setdefault(payload["trip_id"], time.time())
        elif name == "trip:head":
            self.seqs[payload["trip_id"]].append(payload["head"])

    async def ask(self, event: str, trip_id: str, **more: Any) -> dict[str, Any]:
        """An acknowledgement; the changes in it were heard as well."""
        told: dict[str, Any] = await self.wire.ask(event, {"trip_id": trip_id, **more})
        self.seqs[trip_id] += [one["seq"] for one in told.get("changes") or []]
        if "head" in told and event != "trip:mutate":
            self.seqs[trip_id].append(told["head"])
        return told


@dataclass
class Crew:
    """A member at five sockets and an organizer at three, who go from trip to trip together."""

    place: World
    dice: Random
    listeners: list[Ear] = field(default_factory=list)  # of the member, one at each worker
    writer: Ear = field(default_factory=Ear)
    joiner: Ear = field(default_factory=Ear)
    reader: Ear = field(default_factory=Ear)
    organizers: list[Ear] = field(default_factory=list)  # one at each worker
    joined_after: list[str] = field(default_factory=list)

    async def sit_down(self, group: Group) -> None:
        workers = [one.pid for one in self.place.workers()]
        for found, person in (
            (self.listeners, group.participant),
            (self.organizers, group.organizer),
        ):
            for worker in workers:
                found.append(Ear())
                found[-1].wire = await self.place.wire(person, found[-1].hear, worker=worker)
        for number, ear in enumerate((self.writer, self.joiner, self.reader)):
            ear.wire = await self.place.wire(
                group.participant, ear.hear, worker=workers[number % len(workers)]
            )

    @property
    def ears(self) -> list[Ear]:
        """Every socket of the member."""
        return [*self.listeners, self.writer, self.joiner, self.reader]

    async def lose(self, group: Group, request: Request) -> None:
        """Let the member do all they can while the organizer takes something from them."""
        trip_id = str(group.trip_id)
        for ear in (*self.listeners, *self.organizers, self.writer):
            assert (await ear.ask("trip:join", trip_id, since=None))["ok"]
        working = [
            asyncio.create_task(one)
            for one in (self._write(trip_id), self._join(trip_id), self._read(trip_id))
        ]
        await asyncio.sleep(self.dice.uniform(0.02, 0.2))
        method, path, body = request
        answer = await asyncio.to_thread(self.place.send, group.organizer, method, path, json=body)
        answer.raise_for_status()
        head = 0
        for _ in range(2):  # something that they could overhear
            payload = Device.mutation(trip_id, create())
            head = (await self.organizers[0].wire.ask("trip:mutate", payload))["head"]
        for ear in self.organizers:
            await eventually(lambda e=ear: head in e.seqs[trip_id], 5, "a worker stays behind")
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for ear in (*self.ears, *self.organizers):  # what was sent before this answer has arrived
            await ear.wire.ask("trip:leave", {"trip_id": trip_id})

    async def _write(self, trip_id: str) -> None:
        while True:
            told = await self.writer.wire.ask("trip:mutate", Device.mutation(trip_id, create()))
            if not told["ok"] or told["results"][0]["status"] != "applied":
                await asyncio.sleep(REST)

    async def _join(self, trip_id: str) -> None:
        refused = False
        while True:
            told = await self.joiner.ask("trip:join", trip_id, since=1)
            if told["ok"] and refused:
                self.joined_after.append(trip_id)
            refused = not told["ok"]
            await asyncio.sleep(PAUSE)

    async def _read(self, trip_id: str) -> None:
        while True:
            await self.reader.ask("trip:catchup", trip_id, since=0)
            await asyncio.sleep(PAUSE)


@dataclass
class Found:
    """What went wrong, by trip and seq, and how long it took."""

    heard_late: list[str] = field(default_factory=list)
    written_late: list[str] = field(default_factory=list)
    not_told: list[str] = field(default_factory=list)
    kicks: list[float] = field(default_factory=list)  # ms from before the commit
    written: int = 0

    def judge(self, crew: Crew, group: Group, *, removed: bool) -> None:
        """Compare what the crew's sockets heard and wrote with the log of a trip."""
        trip_id, rows = str(group.trip_id), crew.place.log(group.trip_id)
        member = group.participant.user_id
        lost_at = next(row for row in reversed(rows) if _takes_from(row.ops, member))
        mine = [row.seq for row in rows if row.actor_id == member]
        self.written += len(mine)
        self.written_late += [f"{trip_id} {seq}" for seq in mine if seq > lost_at.seq]
        if not removed:
            return
        heard = [seq for ear in crew.ears for seq in ear.seqs[trip_id]]
        self.heard_late += [f"{trip_id} {seq}" for seq in heard if seq >= lost_at.seq]
        for ear in crew.listeners:
            if trip_id in ear.revoked_at:
                self.kicks.append(1000 * (ear.revoked_at[trip_id] - lost_at.at.timestamp()))
            else:
                self.not_told.append(trip_id)


def _takes_from(ops: list[dict[str, Any]], member: UUID) -> bool:
    return any(
        op["entity"] == "member" and op["id"] == str(member) and op["op"] in ("delete", "update")
        for op in ops
    )


def prove() -> Report:
    """Run all rounds with Redis up, frozen and down."""
    removals = sum(state.removals for state in (UP, FROZEN, DOWN))
    report = Report(f"Revocation race: {removals} removals, {3 * DOWNGRADES} lost rights to write")
    with world() as place:
        valkey = place.server_process("valkey-server")
        _prove_in(place, report, UP)
        with frozen(valkey):
            _prove_in(place, report, FROZEN)
        valkey.kill()
        _prove_in(place, report, DOWN)
    return report


def _prove_in(place: World, report: Report, state: State) -> None:
    found, joined_after = asyncio.run(_rounds(place, state.removals))
    name = f"Redis {state.name}: "
    report.none(name + "changes heard with seq ≥ R", found.heard_late)
    report.none(name + "writes accepted with seq > R", found.written_late)
    report.none(name + "joins that won after a refusal", joined_after)
    report.none(name + "sockets never told", found.not_told)
    report.at_least(name + "writes by the member before R", found.written, state.removals)
    report.figure(name + "time to kick, p50", f"{quantile(found.kicks, 0.5):.0f} ms")
    report.at_most(name + "time to kick, p99", quantile(found.kicks, 0.99), state.goal)


async def _rounds(place: World, removals: int) -> tuple[Found, list[str]]:
    found = Found()
    crews = [Crew(place, Random(number)) for number in range(CREWS)]
    await asyncio.gather(*(_travel(crew, found, removals // CREWS) for crew in crews))
    return found, [trip for crew in crews for trip in crew.joined_after]


async def _travel(crew: Crew, found: Found, removals: int) -> None:
    """From trip to trip: all are made first, so that nothing is made while time is taken."""
    people = {name: crew.place.person(name) for name in NAMES}
    downgrades = DOWNGRADES // CREWS
    trips = [Group(people.__getitem__) for _ in range(downgrades + removals)]
    await crew.sit_down(trips[0])
    for number, group in enumerate(trips):
        path = f"/trips/{group.trip_id}/members/{group.participant.user_id}"
        removed = number >= downgrades
        request = ("DELETE", path, None) if removed else ("PATCH", path, {"role": "viewer"})
        await crew.lose(group, request)
        found.judge(crew, group, removed=removed)
    for ear in (*crew.ears, *crew.organizers):
        ear.wire.abort()
