"""Two hundred clients of one trip on a network that drops, delays, half-closes, cuts and crawls."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.prove.judging import judge, tell_counts
from tests.prove.proxy import CUT, DEAF, HALF, SILENT, SLOW, BadNetwork
from tests.prove.report import Report
from tests.prove.traveller import Traveller
from tests.prove.world import World, eventually, world
from tests.realtime.conftest import Group

COUNTED = ("edits", "acknowledged", "connections", "lost", "silences", "resends", "resets")
ASKED = ("trip:catchup", "GET", "applied", "noop", "conflict", "rejected")
MOST_SETTLING = 60  # seconds


@dataclass(frozen=True)
class Journey:
    """How many travel, how many of them write, and for how long the network is bad (seconds)."""

    clients: int
    writers: int
    seconds: float
    pause: tuple[float, float]  # seconds between the edits of one writer, from and to
    seed: int = 1


def prove() -> Report:
    """Two hundred clients, forty of them writing, for forty seconds."""
    with world(SOCKETS_PER_TRIP="2000") as place:
        return travel(place, Journey(clients=200, writers=40, seconds=40, pause=(0.5, 3)))


def travel(place: World, journey: Journey) -> Report:
    """Let them travel, heal the network, and judge when all have settled."""
    report = Report(f"Bad network: {journey.clients} clients, {journey.writers} of them writing")
    group = place.group()
    first = place.snapshot(group)
    travellers, network = asyncio.run(_travel(place, group, journey))
    judge(report, place, group, travellers, first=first)
    counts = tell_counts(report, travellers, *COUNTED, *ASKED)
    for trouble, times in sorted(network.struck.items()):
        report.figure(f"connections: {trouble}", times)
    report.at_least("edits applied", counts["applied"], 2 * journey.writers)
    for trouble in (CUT, DEAF, HALF, SILENT, SLOW):
        report.at_least(f"trouble struck: {trouble}", network.struck[trouble], 1)
    report.at_least("connections lost", counts["lost"], journey.clients // 2)
    report.at_least("edits sent again", counts["resends"], journey.writers // 8)
    return report


async def _travel(
    place: World, group: Group, journey: Journey
) -> tuple[list[Traveller], BadNetwork]:
    network = BadNetwork(place.web.port, Random(journey.seed))
    await network.start()
    people = (group.organizer, group.participant, group.viewer)
    writing = [people[n % 2] for n in range(journey.writers)]
    listening = [people[n % 3] for n in range(journey.clients - journey.writers)]
    travellers = [
        Traveller(place, person, str(group.trip_id), Random(journey.seed * 1000 + number))
        for number, person in enumerate((*writing, *listening))
    ]
    riding = [asyncio.create_task(one.travel(network.port)) for one in travellers]
    editing = [
        asyncio.create_task(one.edit_on(journey.pause)) for one in travellers[: len(writing)]
    ]
    for one in travellers:
        one.is_restless = True
    try:
        await asyncio.sleep(journey.seconds)
        await end_tasks(editing)
        for one in travellers:
            one.is_restless = False
        network.heal()
        await settle(travellers)
    finally:
        await end_tasks([*editing, *riding])
        await network.stop()
    return travellers, network


async def settle(travellers: list[Traveller]) -> None:
    """Wait until all have sent and received everything. What they lack then is judged."""

    def all_have() -> bool:
        head = max(one.trip.head for one in travellers)
        return all(one.is_settled(head) for one in travellers)

    with suppress(AssertionError):
        await eventually(all_have, MOST_SETTLING, "not all settle")


async def end_tasks(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    failures = [one for one in found if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("a client has failed", failures)
