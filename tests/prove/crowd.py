"""A thousand sockets in one trip, over two workers, and one more."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Person
from tests.prove.report import Report
from tests.prove.wire import Wire, credentials
from tests.prove.world import World, eventually, world
from tests.realtime.device import Device, create

WORKERS, PLACES = 2, 1000  # places in the trip, in all workers together
WRITERS, EDITS = 5, 20
AT_ONCE = 40  # connections being made
TOLD = 3.0  # seconds until each worker knows how many are at the others


@dataclass
class Seat:
    """One socket and the seqs that it has heard."""

    wire: Wire = field(init=False)
    seqs: list[int] = field(default_factory=list)

    def hear(self, event: str, told: dict[str, Any]) -> None:
        if event == "trip:changes":
            self.seqs += [change["seq"] for change in told["changes"]]


class Crowd:
    """All who follow one trip."""

    def __init__(self, place: World) -> None:
        self.place, self.group = place, place.group()
        self.people = (self.group.organizer, self.group.participant, self.group.viewer)
        self.trip = {"trip_id": str(self.group.trip_id)}
        self.seats: list[Seat] = []
        self.refusals: list[dict[str, Any]] = []
        self.attempts = 0

    async def gather(self) -> None:
        """Fill every place, each at the first attempt."""
        await asyncio.gather(*(self._bring() for _ in range(AT_ONCE)))
        await asyncio.sleep(TOLD)

    async def _bring(self) -> None:
        while self.attempts < PLACES:
            seat = await self.connect(self.people[self.attempts % len(self.people)])
            told = await seat.wire.ask("trip:join", self.trip, seconds=60)
            if told["ok"]:
                self.seats.append(seat)
            else:
                self.refusals.append(told["error"])
                seat.wire.abort()

    async def connect(self, person: Person) -> Seat:
        self.attempts += 1
        seat = Seat()
        seat.wire = await Wire.open(self.place.web.port, credentials(person), seat.hear, seconds=60)
        return seat

    async def write(self) -> int:
        """Several write as fast as they can; the last seq."""
        writers = [await self.connect(self.group.organizer) for _ in range(WRITERS)]

        async def write_all(seat: Seat) -> int:
            for _ in range(EDITS):
                payload = Device.mutation(self.trip["trip_id"], create())
                while "head" not in (told := await seat.wire.ask("trip:mutate", payload)):
                    await asyncio.sleep(0.1)  # busy: the very same again
            head: int = told["head"]
            return head

        heads = await asyncio.gather(*map(write_all, writers))
        for writer in writers:
            writer.wire.abort()
        return max(heads)


def prove() -> Report:
    """Fill the trip, write a burst, count what everybody has heard; then one more comes."""
    report = Report(f"Crowd: {PLACES:,} sockets in one trip over {WORKERS} workers")
    with world(workers=WORKERS, SOCKETS_PER_TRIP=str(PLACES)) as place:
        asyncio.run(_prove(Crowd(place), report))
    return report


async def _prove(crowd: Crowd, report: Report) -> None:
    began = time.monotonic()
    await crowd.gather()
    report.claim(
        "sockets in the trip", len(crowd.seats), goal="1,000",
        met=len(crowd.seats) == PLACES,
    )  # fmt: skip
    report.figure("seconds until all had joined", f"{time.monotonic() - began:.1f}")
    report.none("refused while there was a place", crowd.refusals)
    await _prove_burst(crowd, report)
    await _prove_one_more(crowd, report)
    wrong = [error for error in crowd.refusals if not _is_clean(error)]
    report.none("refusals that are not trip_full with a wait", wrong)
    for seat in crowd.seats:
        seat.wire.abort()


async def _prove_burst(crowd: Crowd, report: Report) -> None:
    first = crowd.place.snapshot(crowd.group)["seq"]
    began = time.monotonic()
    last = await crowd.write()
    with suppress(AssertionError):  # what they lack is counted below
        await eventually(lambda: all(one.seqs[-1:] == [last] for one in crowd.seats), 60, "late")
    seconds = time.monotonic() - began
    wanted = list(range(first + 1, last + 1))
    report.claim("changes in the burst", len(wanted), goal="100", met=len(wanted) == 100)
    wrong = [str(one.seqs) for one in crowd.seats if one.seqs != wanted]
    report.none("sockets that did not hear all, once, in order", wrong)
    heard = sum(len(one.seqs) for one in crowd.seats)
    report.figure("changes delivered", heard)
    report.figure("changes delivered, a second", round(heard / seconds))


async def _prove_one_more(crowd: Crowd, report: Report) -> None:
    """Refused, still connected and served; and let in when somebody has left."""
    extra = await crowd.connect(crowd.group.viewer)
    told = await extra.wire.ask("trip:join", crowd.trip)
    crowd.refusals.append(told.get("error", {}))
    told_so = "refused" if not told["ok"] else "let in"
    report.claim("one more is", told_so, goal="refused", met=not told["ok"])
    read = await extra.wire.ask("trip:catchup", {**crowd.trip, "since": 0})
    report.claim("it is served otherwise", read["ok"], goal="True", met=read["ok"])
    await asyncio.gather(*(one.wire.ask("trip:leave", crowd.trip) for one in crowd.seats[::2]))
    told = await extra.wire.ask("trip:join", crowd.trip)
    report.claim("it joins when others have left", told["ok"], goal="True", met=told["ok"])
    extra.wire.abort()


def _is_clean(error: dict[str, Any]) -> bool:
    return error.get("code") == "trip_full" and error.get("retry_after_ms", 0) > 0
