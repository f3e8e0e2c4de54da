"""Sockets under load beside raw Node, in one run: `python -m tests.bench.realtime` runs it alone.

Two workers, a durable Postgres: every change that is delivered here has been fsync'd before.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench.figures import (
    Figure,
    Goal,
    at_least,
    at_most,
    times_at_most,
    write_figures,
)
from tests.bench.load import PEER, Answer, LoadClient, fetch_packages, raw_node, what_is_missing
from tests.bench.party import Party
from tests.bench.presences import idle_memory, join_storm, time_to_kick
from tests.bench.writing import through_apply, through_sockets
from tests.realtime.server import WebServer
from wandr.devstack import EmbeddedServers

ROUNDS = 3
# sockets -> (changes in a round, ms between them, goal of p99 in ms)
PACES = {100: (60, 50, 30), 500: (16, 250, 100), 1000: (10, 400, 150)}
BURST = {"writers": 10, "each": 10}
LISTENERS = 100
PAD = 430  # makes the peer's frames as long as ours, 500 bytes


def measure(folder: Path) -> Iterator[Figure]:
    """Everything about sockets, within four minutes."""
    if missing := what_is_missing():
        sys.stdout.write(f"  skipped, all about sockets: {missing}\n")
        return
    if not PEER.exists():
        sys.stdout.write(f"  without a peer: there is none at {PEER} (WANDR_REALTIME_PEER)\n")
    fetch_packages(folder)
    with _stage(folder) as (party, web, client), raw_node(folder) as peer:
        yield from idle_memory(party, web, client)
        for size in PACES:
            yield from _fan_out(client, size, (web.url, party, peer))
        yield from _burst(client, (web.url, party, peer))
        yield from through_sockets(party, web, client)
        yield from through_apply(party)
        yield from join_storm(party, web, client)
        yield from time_to_kick(party, web, client)


@contextmanager
def _stage(folder: Path) -> Iterator[tuple[Party, WebServer, LoadClient]]:
    with EmbeddedServers(folder) as servers, Party.around(servers) as party:
        more = {"SOCKETS_PER_TRIP": "5000"}
        log = folder / "web.log"
        with (
            WebServer(servers.database_url, servers.redis_url, log, **more) as web,
            LoadClient(folder) as client,
        ):
            yield party, web, client


Sides = tuple[str, Party, str | None]  # the address of Wandr, who is there, the peer's address


def _fan_out(client: LoadClient, size: int, sides: Sides) -> list[Figure]:
    """One change at a time to everybody in a trip, by its author's clock."""
    count, every, goal = PACES[size]
    names = _gather(client, "fan-out", size, sides)
    rounds = [
        [client.ask("pace", name, count=count, every=every) for name in names]
        for _ in range(ROUNDS)
    ]
    title = f"fan-out to {size}"
    ours, theirs = _values(rounds, "heard", "p50")
    figures = [_beside(f"{title}, p50", ours, theirs, "ms", times_at_most(4))]
    ours, theirs = _values(rounds, "heard", "p99")
    figures += [_beside(f"{title}, p99", ours, theirs, "ms", at_most(goal))]
    for share in ("p50", "p99"):
        ours, theirs = _values(rounds, "acked", share)
        figures.append(_beside(f"{title}, acknowledged {share}", ours, theirs, "ms"))
    return figures


def _burst(client: LoadClient, sides: Sides) -> list[Figure]:
    """Deliveries per second while ten write as fast as they can and a hundred listen."""
    names = _gather(client, "burst", LISTENERS, sides)
    rounds = [[client.ask("burst", name, **BURST) for name in names] for _ in range(ROUNDS)]
    for name in names:
        client.ask("dismiss", name)
    rates = [[1000 * one["deliveries"] / one["ms"] for one in pair] for pair in rounds]
    ours = [pair[0] for pair in rates]
    theirs = [pair[1] for pair in rates if len(pair) > 1]
    busy = sum(pair[0]["busy"] for pair in rounds)
    return [
        _beside("burst to 100", ours, theirs, "deliveries/s", at_least(25_000)),
        Figure("burst to 100, told to come again", busy, "times"),
    ]


def _gather(client: LoadClient, group: str, size: int, sides: Sides) -> list[str]:
    """Seat so many in one trip of Wandr and one room of the peer: the names of both groups."""
    url, party, peer = sides
    already = party.seated.get(group, 0)
    party.seated[group] = size
    client.gather(group, url, party.seats(group, size - already))
    if peer is None:
        return [group]
    places = [{"trip": group, "pad": "x" * PAD}] * (size - already)
    client.ask("gather", f"{group} of peer", server="peer", url=peer, places=places)
    return [group, f"{group} of peer"]


def _values(rounds: list[list[Answer]], what: str, share: str) -> tuple[list[float], list[float]]:
    ours = [pair[0][what][share] for pair in rounds]
    return ours, [pair[1][what][share] for pair in rounds if len(pair) > 1]


def _beside(
    name: str, ours: list[float], theirs: list[float], unit: str, goal: Goal | None = None
) -> Figure:
    if not theirs:
        judged = None if goal is not None and goal.of_ratio else goal
        return Figure(name, median(ours), unit, goal=judged)
    ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
    return Figure(name, median(ours), unit, median(theirs), ratio, goal)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="wandr-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        write_figures(measure(Path(folder)))
