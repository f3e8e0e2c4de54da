"""Two hundred questions to a model with moods, while its workers are killed and Redis forgets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from random import Random
from typing import Any
from uuid import UUID

from redis import Redis
from sqlalchemy import func, select

from tests.ai.providers.fake import (
    HANG,
    FakeModel,
    Script,
    chunk,
    fake_model,
    openai_answer,
    openai_calls,
    sse,
)
from tests.cast import Person
from tests.locations.conftest import read_world
from tests.prove.crew import Crew, crew_of
from tests.prove.report import Report
from tests.prove.world import World, world
from wandr.ai.models import LAST_EVENTS, TERMINAL, AiEvent, AiRequest, AiUsage, Proposal
from wandr.changes.models import TripChange
from wandr.extensions import db
from wandr.jobs.queue import enqueue
from wandr.locations.loading import load_rows
from wandr.transaction import atomic, reading

TRIPS, WORKERS, KILLS, FLUSHES, DUPLICATES = 100, 4, 20, 2, 40
BETWEEN = 1.0  # seconds between two kills
WITHIN = 120.0  # seconds after the last of them
ACCEPTED_TWICE = 20
PROMPTS = ("2 days, temples", "gardens and markets", "one day, relaxed")


class MoodyModel(FakeModel):
    """Answers every question, in one of many moods; every other one fails somehow."""

    def __init__(self) -> None:
        super().__init__()
        self._dice = Random(11)
        self.moods: Counter[str] = Counter()

    def script_for(self, body: dict[str, Any]) -> Script:
        mood = self._dice.choice(sorted(MOODS))
        self.moods[mood] += 1
        return MOODS[mood](body)


def _calls_or_ends(body: dict[str, Any]) -> Script:
    """A model that behaves: it lets the planner plan, proposes that, and says so."""
    results = [one for one in body["messages"] if one["role"] == "tool"]
    if not results:
        return openai_calls(("plan", {"prompt": "temples"}), ("check", {}))
    return openai_answer("That is ", "what I found.")


def _cut(*parts: bytes) -> Callable[[dict[str, Any]], Script]:
    return lambda body: Script(*parts)


HALF = sse(chunk("Half an ans"))
MOODS: dict[str, Callable[[dict[str, Any]], Script]] = {
    **{f"well {n}": _calls_or_ends for n in range(25)},
    "429": lambda body: Script(b"{}", status=429),
    "429 wait": lambda body: Script(b"{}", status=429, Retry_After="1"),
    "529": lambda body: Script(b"{}", status=529),
    "500": lambda body: Script(b"{}", status=500),
    "503": lambda body: Script(b"{}", status=503, Retry_After="1"),
    "401": lambda body: Script(b"{}", status=401),
    "404": lambda body: Script(b"{}", status=404),
    "too long": lambda body: Script(b"context_length_exceeded", status=400),
    "redirect": lambda body: Script(b"", status=302, Location="http://169.254.169.254/"),
    "nothing": _cut(),
    "cut off": _cut(*HALF),
    "cut in a character": _cut(HALF[0], 'data: {"choices": [{"delta": {"content": "京'.encode()[:-1]),
    "cut in an argument": _cut(*openai_calls(("plan", {"prompt": "x"})).parts[:1]),  # type: ignore[arg-type]
    "overloaded inside": _cut(*HALF, *sse({"error": {"type": "overloaded_error"}})),
    "broken inside": _cut(*sse({"error": "oops"})),
    "html": _cut(b"<html>no</html>"),
    "no json": _cut(b"data: {nope\n\n"),
    "another shape": _cut(*sse({"choices": "none"})),
    "bad arguments": lambda body: Script(*sse(chunk(tool_calls=[
        {"index": 0, "id": "x", "function": {"name": "plan", "arguments": "{"}}]),
        chunk(end="tool_calls"))),
    "unknown tool": lambda body: openai_calls(("rm", {})) if len(body["messages"]) < 4
    else openai_answer("Well."),
    "length": _cut(*HALF, *sse(chunk(end="length"))),
    "filtered": _cut(*sse(chunk(end="content_filter"))),
    "no usage": lambda body: openai_answer("Short.", usage=False),
    "not chunked": lambda body: Script(*openai_answer("Slow.").parts, chunked=False),
    "hangs": lambda body: Script(*HALF, HANG),
}  # fmt: skip


def prove() -> Report:
    """Ask, kill, flush, repeat; then count what became of each question."""
    report = Report(
        f"Assistant: kill -9 × {KILLS} of workers and horses over {2 * TRIPS} questions"
    )
    moody = MoodyModel()
    with fake_model(model=moody) as model, world() as place, _workers(place, model) as crew:
        with atomic():
            load_rows(read_world())
        people = _people(place)
        asked = _ask_all(place, people)
        killed = _torment(crew, asked, place)
        seconds = _wait_for(asked)
        _judge(report, asked, killed, seconds)
        _judge_acceptance(report, place, people)
    faults = sum(count for mood, count in moody.moods.items() if not mood.startswith("well"))
    report.figure("calls of the model", sum(moody.moods.values()))
    report.at_least("calls in which it failed somehow", faults, 25)
    return report


def _workers(place: World, model: FakeModel) -> AbstractContextManager[Crew]:
    return crew_of(
        place,
        WORKERS,
        AI_PROVIDER="openai_compatible",
        AI_BASE_URL=f"{model.url}/v1",
        AI_MODEL="moody",
        AI_TOKENS_PER_USER_DAY="900000000",
        AI_TOKENS_PER_TRIP_DAY="900000000",
    )


def _people(place: World) -> list[tuple[Person, str]]:
    """Everybody with a trip to ask about: two in each."""
    found = []
    for _ in range(TRIPS):
        group = place.group()
        trip_id = str(group.trip_id)
        dates = {"title": "Kyoto", "start_date": "2027-04-05", "end_date": "2027-04-07"}
        place.send(group.organizer, "PATCH", f"/trips/{trip_id}", json=dates).raise_for_status()
        found += [(group.organizer, trip_id), (group.participant, trip_id)]
    return found


def _ask_all(place: World, people: list[tuple[Person, str]]) -> list[UUID]:
    asked = []
    for number, (person, trip_id) in enumerate(people):
        kind = ("plan_trip", "suggest", "check", "ask")[number % 4]
        question = {"kind": kind, "prompt": PROMPTS[number % len(PROMPTS)]}
        answer = place.send(person, "POST", f"/trips/{trip_id}/ai/requests", json=question)
        answer.raise_for_status()
        asked.append(UUID(answer.json()["id"]))
    return asked


def _torment(crew: Crew, asked: list[UUID], place: World) -> Counter[str]:
    dice, done = Random(3), Counter[str]()
    for number in range(KILLS):
        time.sleep(BETWEEN)
        if number % 2 and crew.kill_horse():
            done["horse"] += 1
        else:
            crew.kill_worker()
            done["worker"] += 1
        if number % (KILLS // FLUSHES) == 5:
            with Redis.from_url(place.servers.redis_url) as client:
                client.flushall()
            done["flush"] += 1
        for request_id in dice.sample(asked, DUPLICATES // KILLS):
            enqueue("answer_ai_request", [str(request_id), 1], f"again-{number}-{request_id}")
            done["duplicate"] += 1
        crew.look_after()
    return done


def _wait_for(asked: list[UUID]) -> float:
    """Seconds until all are over, at most `WITHIN`."""
    began = time.monotonic()
    unfinished = select(func.count()).where(
        AiRequest.id.in_(asked), AiRequest.status.not_in(TERMINAL)
    )
    while time.monotonic() - began < WITHIN:
        with reading():
            if not db.session.scalar(unfinished):
                break
        time.sleep(0.5)
    return time.monotonic() - began


def _judge(report: Report, asked: list[UUID], done: Counter[str], seconds: float) -> None:
    with reading():
        requests = list(db.session.scalars(select(AiRequest).where(AiRequest.id.in_(asked))))
        events = list(db.session.scalars(select(AiEvent).order_by(AiEvent.seq)))
        usage = list(db.session.scalars(select(AiUsage)))
        db.session.expunge_all()  # so that they are read no more
    said: dict[UUID, list[AiEvent]] = {request_id: [] for request_id in asked}
    for event in events:
        said[event.request_id].append(event)
    statuses = Counter(request.status for request in requests)
    report.none("questions without an end", [r.id for r in requests if r.status not in TERMINAL])
    report.at_most("until all had ended, after the last kill", 1000 * seconds, 1000 * WITHIN)
    wrong = [r.id for r in requests if not _ends_once(said[r.id])]
    report.none("questions with other than one last event", wrong)
    gaps = [r.id for r in requests if [e.seq for e in said[r.id]] != list(range(1, r.last_seq + 1))]
    report.none("questions whose events have gaps", gaps)
    for status, count in sorted(statuses.items()):
        report.figure(status, count)
    report.figure("answered at the first attempt", sum(r.attempt == 1 for r in requests))
    for what, count in sorted(done.items()):
        report.figure(f"{what}s" if what != "flush" else "flushes of Redis", count)
    _judge_usage(report, requests, usage)


def _ends_once(events: list[AiEvent]) -> bool:
    last = [event for event in events if event.type in LAST_EVENTS]
    return len(last) == 1 and events[-1] is last[0]


def _judge_usage(report: Report, requests: list[AiRequest], usage: list[AiUsage]) -> None:
    """Each call is settled, but those of attempts that were killed; those count as reserved."""
    attempts = {request.id: request.attempt for request in requests}
    status = {request.id: request.status for request in requests}
    open_calls = [
        one.id
        for one in usage
        if one.settled_at is None
        and one.attempt == attempts[one.request_id]
        and status[one.request_id] == "succeeded"
    ]
    report.none("calls of answered attempts that are not settled", open_calls)
    report.figure("calls counted", len(usage))
    report.figure("of killed attempts, as reserved", sum(one.settled_at is None for one in usage))


def _judge_acceptance(report: Report, place: World, people: list[tuple[Person, str]]) -> None:
    """Proposals accepted by two at once: applied once."""
    by_trip = {trip_id: person for person, trip_id in people}
    with reading():
        proposals = db.session.execute(select(Proposal.id, Proposal.trip_id)).all()
    chosen = proposals[:ACCEPTED_TWICE]

    def accept(row: Any) -> int:
        person = by_trip[str(row.trip_id)]
        return place.send(person, "POST", f"/proposals/{row.id}/acceptance").status_code

    with ThreadPoolExecutor(4) as pool:
        codes = Counter(pool.map(accept, [row for row in chosen for _ in range(2)]))
    with reading():
        applied = select(TripChange.trip_id, func.count().label("times")).where(
            TripChange.source == "ai"
        )
        rows = db.session.execute(applied.group_by(TripChange.trip_id)).all()
    most = Counter(row.trip_id for row in chosen)
    report.at_least("proposals accepted by two at once", len(chosen), ACCEPTED_TWICE)
    report.none("proposals applied twice", [row for row in rows if row.times > most[row.trip_id]])
    report.none("answers other than 200 and 409", set(codes) - {200, 409})
