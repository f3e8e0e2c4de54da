"""Web workers, Postgres and Redis die, are told to end, forget or freeze while people edit."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from random import Random

import psutil
from redis import Redis

from tests.prove.judging import judge, tell_counts
from tests.prove.load import Journey, Load
from tests.prove.report import Report, quantile
from tests.prove.world import World, eventually, frozen, world
from wandr.extensions import db

LOAD = Journey(clients=20, writers=8, pause=(0.1, 0.5), rest_writers=4)
COUNTED = ("acknowledged", "applied", "connections", "resends", "busy")
KILLS, ENDINGS, RESTARTS = 10, 5, 5
BETWEEN = 1.0  # seconds of work between two faults
FROZEN_FOR, DEAD_FOR = 30.0, 5.0  # seconds
MOST_DELAY = 1200.0  # ms
UNEXPECTED = '"event": "unexpected"'  # so the server logs what it answers with 500
Torment = Callable[[World, Load], Awaitable[None]]


def prove_workers() -> Report:
    """Ten workers killed, five told to end."""
    report, load = _under_load(
        f"Web workers: kill -9 × {KILLS}, SIGTERM × {ENDINGS}", _kill_workers
    )
    dropped = [f for one in load.rest for f in one.faults if f.startswith("SIGTERM")]
    report.none("SIGTERM: requests dropped in flight", dropped)
    report.none("SIGTERM: requests not answered 200", _other_than(load, "SIGTERM", {200, 0}))
    answered = sum(one.answers["SIGTERM", 200] for one in load.rest)
    report.at_least("SIGTERM: requests answered meanwhile", answered, ENDINGS)
    report.figure("kill -9: requests dropped", sum(one.answers["kill", 0] for one in load.rest))
    return report


def prove_postgres() -> Report:
    """Five immediate shutdowns, as a crash is."""
    report, load = _under_load(f"Postgres: immediate shutdown × {RESTARTS}", _restart_postgres)
    report.none("answers other than 200 and 503", _other_than(load, "down", {200, 503}))
    report.none("faults over REST", [fault for one in load.rest for fault in one.faults])
    busy = sum(one.answers["down", 503] for one in load.rest)
    report.at_least("503 with Retry-After", busy, RESTARTS)
    codes = {code for one in load.travellers for code in one.error_codes}
    report.none("error codes over sockets other than busy", codes - {"busy"})
    return report


def prove_redis() -> Report:
    """Killed, flushed, frozen for half a minute."""
    delays: dict[str, list[float]] = {}

    async def torment(place: World, load: Load) -> None:
        await _torment_redis(place, load, delays)

    report, load = _under_load(f"Redis: killed, flushed, frozen {FROZEN_FOR:.0f} s", torment)
    report.none("requests not answered 200", _other_than(load, None, {200}))
    for phase, found in delays.items():
        report.at_least(f"{phase}: changes heard", len(found), 100)
        report.figure(f"{phase}: from commit to ears, p50", f"{quantile(found, 0.5):.0f} ms")
        report.at_most(f"{phase}: from commit to ears, p99", quantile(found, 0.99), MOST_DELAY)
    return report


def _under_load(title: str, torment: Torment) -> tuple[Report, Load]:
    """A trip under load while it is tormented, judged when all have settled."""
    report = Report(title)
    with world() as place:
        group = place.group()
        first = place.snapshot(group)
        load = Load(place, group, LOAD, place.web.port)
        asyncio.run(_run(place, load, torment))
        db.session.remove()
        db.engine.dispose()  # its connections may have died with Postgres
        judge(report, place, group, load, first=first)
        log = place.web.log.read_text()
    unexpected = [line for line in log.splitlines() if UNEXPECTED in line]
    report.none("failures that the server did not expect", unexpected)
    tell_counts(report, load, *COUNTED)
    return report, load


async def _run(place: World, load: Load, torment: Torment) -> None:
    async with load:
        await eventually(lambda: all(one.trip.state for one in load.travellers), 30, "no start")
        await torment(place, load)


async def _kill_workers(place: World, load: Load) -> None:
    dice = Random(1)
    faults = [(signal.SIGKILL, "kill")] * KILLS + [(signal.SIGTERM, "SIGTERM")] * ENDINGS
    for kind, phase in faults:
        await _is_working(load)
        load.begin(phase)
        victim = dice.choice(place.workers())
        victim.send_signal(kind)
        await eventually(lambda v=victim: not _lives(v), 30, "the worker does not end")
        await eventually(lambda: len(place.workers()) == 2, 30, "no new worker")
        await asyncio.sleep(BETWEEN)


async def _restart_postgres(place: World, load: Load) -> None:
    load.begin("down")
    for _ in range(RESTARTS):
        await _is_working(load)
        head = place.server_process("postgres")
        head.send_signal(signal.SIGQUIT)
        await eventually(lambda h=head: not _lives(h), 30, "Postgres does not end")
        await asyncio.sleep(BETWEEN)
        await asyncio.to_thread(place.servers.revive)


async def _torment_redis(place: World, load: Load, delays: dict[str, list[float]]) -> None:
    async def work(phase: str, seconds: float) -> None:
        load.begin(phase)
        await asyncio.sleep(seconds)
        delays[phase] = [delay for one in load.travellers for delay in one.delays]

    await _is_working(load)
    await work("Redis up", DEAD_FOR)
    place.server_process("valkey-server").kill()
    await work("Redis killed", DEAD_FOR)
    await asyncio.to_thread(place.servers.revive)
    await _is_working(load)
    with Redis.from_url(place.servers.redis_url) as client:
        client.flushall()
    await work("Redis flushed", DEAD_FOR)
    with frozen(place.server_process("valkey-server")):
        await work("Redis frozen", FROZEN_FOR)
    await work("Redis back", DEAD_FOR)


async def _is_working(load: Load) -> None:
    """Wait until everybody has written anew over REST, and all are connected."""
    before = [len(one.outcomes) for one in load.rest]
    await eventually(
        lambda: (
            all(len(one.outcomes) > n for one, n in zip(load.rest, before, strict=True))
            and all(one.trip.is_joined for one in load.travellers)
        ),
        60,
        "the work does not go on",
    )


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _other_than(load: Load, phase: str | None, allowed: set[int]) -> list[int]:
    return [
        status
        for one in load.rest
        for (when, status), count in one.answers.items()
        for _ in range(count)
        if status not in allowed and phase in (None, when)
    ]
