"""Mails and webhooks, while their receivers are away, workers are killed and Redis forgets."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from contextlib import suppress
from random import Random
from typing import Any

from redis import Redis, RedisError
from sqlalchemy import func, select

from tests.mail.conftest import Server
from tests.prove.crew import Crew, crew_of
from tests.prove.report import Report
from tests.prove.world import World, world
from tests.realtime.conftest import Group
from tests.realtime.server import free_port
from tests.webhooks.conftest import Receiver
from wandr.deliveries.lanes import TASK
from wandr.deliveries.models import Delivery
from wandr.extensions import db
from wandr.jobs.queue import enqueue
from wandr.transaction import reading

TRIPS, ADDRESSES, MAILS, EDITS = 10, 10, 100, 100
WORKERS, KILLS = 3, 20
BETWEEN = 1.0  # seconds between two kills
AWAY = (4, 12)  # between these kills, the receivers are away
WITHIN = 180.0  # seconds after the last of them


def prove() -> Report:
    """Write, kill, cut off; then count what arrived, how often, and in which order."""
    report = Report(f"Deliveries: kill -9 × {KILLS} over {MAILS} mails and {EDITS} edits of trips")
    mail, hooks = Server(free_port()), Receiver(free_port())
    more = {"SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=0", "WEBHOOKS_TO_PRIVATE": "1"}
    mail.start()
    hooks.start()
    try:
        with world(**more) as place, crew_of(place, WORKERS) as crew:
            groups = [place.group() for _ in range(TRIPS)]
            for group in groups:
                address = f"/trips/{group.trip_id}/webhooks"
                made = place.send(group.organizer, "POST", address, json={"url": hooks.url})
                made.raise_for_status()
            done = _torment(place, crew, groups, mail, hooks)
            seconds = _wait()
            logs = {str(one.trip_id): [row.seq for row in place.log(one.trip_id)] for one in groups}
            _judge_mails(report, mail)
            _judge_hooks(report, hooks, logs)
    finally:
        mail.stop()
        hooks.stop()
    report.at_most("until all had arrived, after the last kill", 1000 * seconds, 1000 * WITHIN)
    for what, count in sorted(done.items()):
        report.figure(what, count)
    return report


def _torment(place: World, crew: Crew, groups: list[Group], *receivers: Any) -> Counter[str]:
    dice, done = Random(7), Counter[str]()
    for number in range(KILLS):
        began = time.monotonic()
        for one in range(number * MAILS // KILLS, (number + 1) * MAILS // KILLS):
            _invite(place, groups[one % TRIPS], one)
        for one in range(number * EDITS // KILLS, (number + 1) * EDITS // KILLS):
            _edit(place, groups[one % TRIPS], one)
        for receiver in receivers:
            if number in AWAY:
                (receiver.stop if number == AWAY[0] else receiver.start)()
        done[_kill(crew, horse=dice.random() < 0.5)] += 1
        if number % 8 == 6:
            with Redis.from_url(place.servers.redis_url) as client:
                client.flushall()
            done["flushes of Redis"] += 1
        crew.look_after()
        done["lanes woken three times at once"] += _wake_all_at_once()
        time.sleep(max(0.0, BETWEEN - (time.monotonic() - began)))
    return done


def _wake_all_at_once() -> int:
    """Each worker at each lane that waits, as when wake-ups coincide; how many lanes.

    Whoever finds the head of a lane taken must not take the one behind it.
    """
    with reading():
        lanes = list(
            db.session.scalars(select(Delivery.lane).where(Delivery.state == "waiting").distinct())
        )
    for lane in lanes:
        for number in range(WORKERS):
            with suppress(RedisError):  # flushed, or away: the lanes are looked at later
                enqueue(TASK, [lane], f"woken-{number}-{time.monotonic_ns()}")
    return len(lanes)


def _kill(crew: Crew, *, horse: bool) -> str:
    """What was killed: a horse if one works, else a worker."""
    if horse and crew.kill_horse():
        return "horses killed"
    crew.kill_worker()
    return "workers killed"


def _invite(place: World, group: Group, number: int) -> None:
    """A mail: its subject is the title of the trip, which tells its number."""
    path = f"/trips/{group.trip_id}"
    place.send(group.organizer, "PATCH", path, json={"title": f"Mail {number}"}).raise_for_status()
    wanted = {"email": f"guest{number % ADDRESSES}@example.com", "role": "viewer"}
    place.send(group.organizer, "POST", f"{path}/invites", json=wanted).raise_for_status()


def _edit(place: World, group: Group, number: int) -> None:
    path = f"/trips/{group.trip_id}/activities"
    made = {"title": f"Edit {number}"}
    place.send(group.organizer, "POST", path, json=made).raise_for_status()


def _wait() -> float:
    """Seconds until nothing waits, at most `WITHIN`."""
    began = time.monotonic()
    waiting = select(func.count()).where(Delivery.state == "waiting")
    time.sleep(3)  # for what is still to be put into its lane
    while time.monotonic() - began < WITHIN:
        with reading():
            if not db.session.scalar(waiting):
                break
        time.sleep(0.5)
    return time.monotonic() - began


def _judge_mails(report: Report, mail: Server) -> None:
    first: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for message in mail.got:
        if message["Message-ID"] not in seen:
            seen.add(message["Message-ID"])
            first[str(message["To"])].append(int(str(message["Subject"]).split()[-1].strip("”")))
    got = sorted(number for numbers in first.values() for number in numbers)
    report.figure("mails that arrived", len(mail.got))
    report.none("mails lost", sorted(set(range(MAILS)) - set(got)))
    report.none(
        "mails twice, by their Message-ID once", [n for n, c in Counter(got).items() if c > 1]
    )
    report.none(
        "addresses that got them out of order", [a for a, n in first.items() if n != sorted(n)]
    )


def _judge_hooks(report: Report, hooks: Receiver, logs: dict[str, list[int]]) -> None:
    told: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for headers, body in hooks.got:
        if headers["webhook-id"] not in seen:
            seen.add(headers["webhook-id"])
            data = json.loads(body)["data"]
            told[data["trip_id"]] += [change["seq"] for change in data["changes"]]
    report.figure("webhooks that arrived", len(hooks.got))
    expected = {trip_id: [seq for seq in seqs if seq > 3] for trip_id, seqs in logs.items()}
    lost = [(t, s) for t, seqs in expected.items() for s in seqs if s not in told[t]]
    report.none("changes lost", lost)
    twice = [(t, s) for t, seqs in told.items() for s, count in Counter(seqs).items() if count > 1]
    report.none("changes twice, by their webhook-id once", twice)
    report.none("trips told out of order", [t for t, seqs in told.items() if seqs != sorted(seqs)])
