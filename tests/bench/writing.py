"""How many changes a second go through: by sockets, and by `apply` itself from threads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from tests.bench.figures import Figure, at_least
from tests.bench.load import LoadClient
from tests.bench.party import Party, edit
from tests.realtime.server import WebServer
from wandr.changes.ops import read_ops
from wandr.changes.service import apply
from wandr.gate import gate
from wandr.transaction import atomic

SECONDS = 5.0
WRITERS = 10  # on one trip
THREADS = 8


def through_sockets(party: Party, web: WebServer, client: LoadClient) -> list[Figure]:
    """Everybody writes again as soon as acknowledged, and hears what is written in their trip."""
    places = {"one trip": party.seats("hot", WRITERS), "100 trips": party.trips_of_their_own()}
    goals = {"one trip": 500, "100 trips": 1000}
    figures = []
    for where, seats in places.items():
        client.gather(where, web.url, seats)
        told = client.ask("hammer", where, ms=1000 * SECONDS)
        client.ask("dismiss", where)
        rate = 1000 * told["writes"] / told["ms"]
        title = f"mutations on {where}"
        figures += [
            Figure(title, rate, "changes/s", goal=at_least(goals[where])),
            Figure(f"{title}, acknowledged p50", told["acked"]["p50"], "ms"),
            Figure(f"{title}, acknowledged p99", told["acked"]["p99"], "ms"),
        ]
    return figures


def through_apply(party: Party) -> list[Figure]:
    """The same edits without a socket, by threads of this process."""
    hot = party.seats("hot", WRITERS)
    return [
        _by_threads("apply on one trip", party, hot),
        _by_threads("apply on 100 trips", party, party.trips_of_their_own()),
    ]


def _by_threads(title: str, party: Party, places: Sequence[dict[str, str]]) -> Figure:
    end = time.perf_counter() + SECONDS

    def write(number: int) -> int:
        mine, written = places[number::THREADS], 0
        while time.perf_counter() < end:
            place = mine[written % len(mine)]
            with party.app.app_context():
                apply_edit(party, UUID(place["trip"]), place["activity"])
            written += 1
        return written

    with ThreadPoolExecutor(THREADS) as pool:
        written = sum(pool.map(write, range(THREADS)))
    return Figure(f"{title}, {THREADS} threads", written / SECONDS, "changes/s")


def apply_edit(party: Party, trip_id: UUID, activity_id: str) -> None:
    """What the socket's door does with an edit."""
    ops = read_ops([edit(activity_id)])
    with gate.hold(trip_id), atomic():
        outcome = apply(trip_id, party.organizer.user_id, ops, source="socket", mutation_id=uuid4())
    outcome.or_refused()
