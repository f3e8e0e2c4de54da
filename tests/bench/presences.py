"""What many sockets cost while nothing happens, all come at once, or are thrown out."""

from __future__ import annotations

import time
from statistics import median
from uuid import UUID

import psutil
import requests

from tests.bench.figures import Figure, at_most
from tests.bench.load import LoadClient
from tests.bench.party import Party, edit
from tests.cast import Person, make_person
from tests.group import join
from tests.realtime.device import Device
from tests.realtime.server import WebServer

CROWD = 1000
MB = 1024**2
MISSED = 50  # changes
KICKS = 30


def idle_memory(party: Party, web: WebServer, client: LoadClient) -> list[Figure]:
    """Private memory of both workers with 0, 500 and 1,000 sockets that have joined."""
    client.gather("first", web.url, party.seats("idle", 20))  # what is loaded once
    client.ask("dismiss", "first")
    empty, resident = _private_memory(web), _resident_memory(web)
    half = CROWD // 2
    client.gather("idle", web.url, party.seats("idle", half))
    half_full = _private_memory(web)
    client.gather("idle", web.url, party.seats("idle", CROWD - half))
    full, crowded = _private_memory(web), _resident_memory(web)
    client.ask("dismiss", "idle")
    return [
        Figure("memory per idle socket, of 500", (half_full - empty) / half / 1024, "KB"),
        Figure(
            "memory per idle socket, of 1,000",
            (full - empty) / CROWD / 1024,
            "KB",
            goal=at_most(80),
        ),
        Figure("memory of a web worker", resident / MB, "MB", goal=at_most(150)),
        Figure("memory of a web worker, 1,000 sockets over 2", crowded / MB, "MB"),
    ]


def join_storm(party: Party, web: WebServer, client: LoadClient) -> list[Figure]:
    """A thousand come back in one instant, each having missed fifty changes."""
    places = party.seats("storm", CROWD)
    trip_id, activities = party.trip("storm")
    since = party.head(trip_id)
    for number in range(MISSED):
        party.write(trip_id, edit(activities[number % len(activities)]))
    late = [{**place, "since": since} for place in places]
    stormed = client.gather("storm", web.url, late, storm=True)
    client.ask("dismiss", "storm")
    assert stormed["caught"] == MISSED, stormed
    return [
        Figure("1,000 join at once, until all caught up", stormed["ms"] / 1000, "s"),
        Figure("1,000 join at once, told to come again", stormed["busy"], "times"),
    ]


def time_to_kick(party: Party, web: WebServer, client: LoadClient) -> list[Figure]:
    """From the request that removes a member until their socket knows, among a hundred others."""
    trip_id, _ = party.trip("kick")
    client.gather("kick", web.url, party.seats("kick", 100))
    victim = make_person(party.app, "Victor Victim")
    taken = sorted(_kick(party, web, victim, trip_id) for _ in range(KICKS))
    client.ask("dismiss", "kick")
    return [
        Figure("removal until the socket knows, p50", median(taken), "ms"),
        Figure(
            f"removal until the socket knows, worst of {KICKS}", taken[-1], "ms", goal=at_most(100)
        ),
    ]


def _kick(party: Party, web: WebServer, victim: Person, trip_id: UUID) -> float:
    """Milliseconds."""
    join(str(trip_id), party.organizer, victim, "participant")
    device = Device(web.url, victim).connect()
    device.join(trip_id)
    address = f"{web.url}/api/v1/trips/{trip_id}/members/{victim.user_id}"
    began = time.perf_counter()
    answer = requests.delete(
        address, headers={"Authorization": f"Bearer {party.organizer.token}"}, timeout=5
    )
    assert answer.status_code == 204, answer.text
    device.wait_for("trip:revoked")
    heard_at = next(one.at for one in device.heard if one.name == "trip:revoked")
    device.close()
    return 1000 * (heard_at - began)


def _private_memory(web: WebServer) -> int:
    return sum(one.memory_full_info().uss for one in _workers(web))


def _resident_memory(web: WebServer) -> int:
    return max(one.memory_info().rss for one in _workers(web))


def _workers(web: WebServer) -> list[psutil.Process]:
    return psutil.Process(web.process.pid).children()
