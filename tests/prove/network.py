"""Two hundred clients of one trip on a network that drops, delays, half-closes, cuts and crawls."""

from __future__ import annotations

import asyncio
from random import Random

from tests.prove.judging import judge, tell_counts
from tests.prove.load import Journey, Load
from tests.prove.proxy import CUT, DEAF, HALF, SILENT, SLOW, BadNetwork
from tests.prove.report import Report
from tests.prove.world import World, world
from tests.realtime.conftest import Group

COUNTED = ("edits", "acknowledged", "connections", "lost", "silences", "resends", "resets")
ASKED = ("trip:catchup", "GET", "applied", "noop")


def prove() -> Report:
    """Two hundred clients, forty of them writing, for forty seconds."""
    with world(SOCKETS_PER_TRIP="2000") as place:
        return travel(place, Journey(clients=200, writers=40, pause=(0.5, 3)), seconds=40)


def travel(place: World, journey: Journey, *, seconds: float) -> Report:
    """Let them travel, heal the network, and judge when all have settled."""
    report = Report(f"Bad network: {journey.clients} clients, {journey.writers} of them writing")
    group = place.group()
    first = place.snapshot(group)
    network = BadNetwork(place.web.port, Random(journey.seed))
    load = asyncio.run(_travel(place, group, network, (journey, seconds)))
    judge(report, place, group, load, first=first)
    counts = tell_counts(report, load, *COUNTED, *ASKED)
    for trouble, times in sorted(network.struck.items()):
        report.figure(f"connections: {trouble}", times)
    for trouble in (CUT, DEAF, HALF, SILENT, SLOW):
        report.at_least(f"trouble struck: {trouble}", network.struck[trouble], 1)
    report.at_least("connections lost", counts["lost"], journey.clients // 2)
    report.at_least("edits applied", counts["applied"], 2 * journey.writers)
    report.at_least("edits sent again", counts["resends"], journey.writers // 8)
    return report


async def _travel(
    place: World, group: Group, network: BadNetwork, plan: tuple[Journey, float]
) -> Load:
    journey, seconds = plan
    await network.start()
    load = Load(place, group, journey, network.port)
    try:
        async with load:
            for one in load.travellers:
                one.is_restless = True
            await asyncio.sleep(seconds)
            await load.stop_editing()
            for one in load.travellers:
                one.is_restless = False
            network.heal()
    finally:
        await network.stop()
    return load
