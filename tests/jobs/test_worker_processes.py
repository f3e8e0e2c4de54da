"""Real workers, started as the Procfile says: from the question to the proposal, and killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psutil
import psycopg2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from tests.cast import Person, make_person
from tests.jobs.conftest import eventually, kill
from tests.locations.conftest import read_world
from wandr.ai.leases import LEASE
from wandr.ai.models import LAST_EVENTS, AiEvent, AiRequest
from wandr.ai.sweeper import Sweeper
from wandr.extensions import db
from wandr.jobs.relay import OutboxRelay
from wandr.locations.loading import load_rows
from wandr.transaction import atomic, reading

StartWorker = Callable[[], psutil.Popen]


@pytest.fixture
def asker(queue_app: Flask) -> Person:
    """Somebody with a trip to Kyoto, where sights are known."""
    with atomic():
        load_rows(read_world())
    return make_person(queue_app, "Pavel Participant")


@pytest.fixture
def standstill(committed_db: str) -> Iterator[Any]:
    """Nobody can read locations until `rollback`: an attempt stands still in the middle."""
    url = make_url(committed_db).set(drivername="postgresql")
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    connection.cursor().execute("LOCK TABLE locations IN ACCESS EXCLUSIVE MODE")
    yield connection
    connection.close()


def ask(person: Person) -> UUID:
    dates = {"start_date": "2027-04-01", "end_date": "2027-04-03"}
    trip = person.post("/trips", json={"title": "Kyoto in spring", **dates})
    question = {"kind": "plan_trip", "prompt": "temples"}
    return UUID(person.post(f"/trips/{trip['id']}/ai/requests", json=question)["id"])


def standing(request_id: UUID) -> tuple[str, int]:
    """Status and attempt."""
    with reading():
        columns = select(AiRequest.status, AiRequest.attempt).where(AiRequest.id == request_id)
        return tuple(db.session.execute(columns).one())


def last_events(request_id: UUID) -> list[str]:
    with reading():
        types = select(AiEvent.type).where(AiEvent.request_id == request_id)
        return [one for one in db.session.scalars(types) if one in LAST_EVENTS]


def test_a_worker_plans_and_the_plan_is_accepted(asker: Person, start_worker: StartWorker) -> None:
    start_worker()
    first = ask(asker)
    eventually(lambda: standing(first) == ("succeeded", 1), within=20)
    second = ask(asker)
    eventually(lambda: standing(second) == ("succeeded", 1), within=10)
    found = asker.get(f"/ai/requests/{second}")
    proposal = asker.get(f"/proposals/{found['proposal_id']}")
    assert asker.post(f"/proposals/{proposal['id']}/acceptance")["status"] == "accepted"
    activities = asker.get(f"/trips/{found['trip_id']}/activities")["items"]
    assert len(activities) == len(proposal["items"]) > 5


def test_a_killed_attempt_is_taken_up_by_another_worker(
    asker: Person, start_worker: StartWorker, standstill: Any
) -> None:
    doomed = start_worker()
    request_id = ask(asker)
    eventually(lambda: standing(request_id) == ("running", 1) and doomed.children(), within=20)
    kill(doomed)
    standstill.rollback()
    start_worker()

    def swept() -> bool:
        OutboxRelay().step()
        Sweeper().step()
        return standing(request_id) == ("succeeded", 2)

    eventually(swept, within=LEASE.total_seconds() + 10)
    assert last_events(request_id) == ["done"]
    events = asker.get(f"/ai/requests/{request_id}/events")["events"]
    assert [event["type"] for event in events if event["attempt"] == 2][0] == "reset"
