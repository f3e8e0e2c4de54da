"""The states of a request over real commits: who may write, who takes over, one last event."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from tests.ai.conftest import Scripted, create
from tests.cast import Person, make_person
from wandr.ai import leases
from wandr.ai.attempts import run_attempt
from wandr.ai.desk import LiveDesk
from wandr.ai.leases import Event, Lease, LeaseLost
from wandr.ai.models import AiEvent, AiRequest, Proposal
from wandr.ai.requests import PER_PERSON, Question, ask
from wandr.ai.sweeper import MOST_ATTEMPTS, Sweeper
from wandr.errors import TooManyRequests
from wandr.extensions import db
from wandr.outbox import Outbox
from wandr.transaction import atomic
from wandr.trips.service import Founder, create_trip

QUESTION = Question("plan_trip", "temples", None, {})


@pytest.fixture
def asker(committed_app: Flask) -> Person:
    return make_person(committed_app, "Pavel Participant")


@pytest.fixture
def trip_id(asker: Person) -> UUID:
    with atomic():
        return create_trip(Founder(asker.user_id, asker.display_name), {"title": "Kyoto"}).id


@pytest.fixture
def request_id(asker: Person, trip_id: UUID) -> UUID:
    with atomic():
        return ask(asker.user_id, trip_id, QUESTION).id


@pytest.fixture
def lease(request_id: UUID) -> Lease:
    return claimed(request_id)


def claimed(request_id: UUID, attempt: int = 1) -> Lease:
    with atomic():
        lease = leases.claim(request_id, attempt, "test")
    assert lease is not None
    return lease


def state(request_id: UUID) -> tuple[str, int]:
    """Status and attempt."""
    with atomic():
        columns = select(AiRequest.status, AiRequest.attempt).where(AiRequest.id == request_id)
        return tuple(db.session.execute(columns).one())


def told(request_id: UUID) -> list[tuple[int, str]]:
    """Numbers and types of the events."""
    with atomic():
        rows = select(AiEvent.seq, AiEvent.type).where(AiEvent.request_id == request_id)
        return [tuple(row) for row in db.session.execute(rows.order_by(AiEvent.seq))]


def set_back(request_id: UUID, **columns: str) -> None:
    """Let time have passed: `lease_until="1 second"` ran out that long ago."""
    values = {name: leases.NOW - text(f"interval '{ago}'") for name, ago in columns.items()}
    with atomic():
        db.session.execute(update(AiRequest).where(AiRequest.id == request_id).values(**values))


def test_one_of_many_deliveries_is_claimed(committed_app: Flask, request_id: UUID) -> None:
    def deliver() -> Lease | None:
        with committed_app.app_context(), atomic():
            return leases.claim(request_id, 1, "test")

    assert len([lease for lease in at_once([deliver] * 10) if lease]) == 1
    assert state(request_id) == ("running", 1)


def test_a_second_delivery_does_nothing(request_id: UUID) -> None:
    run_attempt(request_id, 1, Scripted())
    before = told(request_id)
    run_attempt(request_id, 1, Scripted())
    run_attempt(request_id, 2, Scripted())
    assert told(request_id) == before
    assert state(request_id) == ("succeeded", 1)


def test_an_attempt_whose_number_has_passed_is_not_claimed(request_id: UUID, lease: Lease) -> None:
    set_back(request_id, lease_until="1 second")
    Sweeper().step()
    with atomic():
        assert leases.claim(request_id, 1, "test") is None
    assert claimed(request_id, 2).attempt == 2


def test_a_lease_that_is_renewed_is_not_taken(request_id: UUID, lease: Lease) -> None:
    with atomic():
        assert leases.renew(lease) is False
    assert Sweeper().step() == 0
    assert state(request_id) == ("running", 1)


def test_a_zombie_can_neither_write_nor_say_anything(request_id: UUID, lease: Lease) -> None:
    set_back(request_id, lease_until="1 second")
    Sweeper().step()
    successor = claimed(request_id, 2)
    before = told(request_id)
    for attempt in (
        partial(leases.renew, lease),
        partial(leases.renew, lease, [Event("delta", {"text": "boo"})]),
        partial(leases.finish, lease, "succeeded", [Event("done", {})]),
    ):
        with pytest.raises(LeaseLost), atomic():
            attempt()
    assert told(request_id) == before == [(1, "reset")]
    with atomic():
        leases.finish(successor, "succeeded", [Event("done", {})])
    assert told(request_id) == [(1, "reset"), (2, "done")]


def test_what_a_zombie_proposes_is_not_kept(request_id: UUID) -> None:
    class Slow(Scripted):
        def answer(self, task: Any, desk: LiveDesk) -> None:
            set_back(request_id, lease_until="1 second")
            Sweeper().step()
            super().answer(task, desk)

    run_attempt(request_id, 1, Slow(create()))
    with atomic():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 0
    run_attempt(request_id, 2, Scripted(create()))
    assert [kind for _, kind in told(request_id)][-2:] == ["proposal", "done"]
    with atomic():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_a_lost_attempt_is_given_to_the_next_through_the_outbox(
    request_id: UUID, lease: Lease
) -> None:
    set_back(request_id, lease_until="1 second")
    assert Sweeper().step() == 1
    assert state(request_id) == ("queued", 2)
    with atomic():
        jobs = select(Outbox.job_id).order_by(Outbox.created_at)
        assert list(db.session.scalars(jobs)) == [f"ai-{request_id}-1", f"ai-{request_id}-2"]


def test_it_is_not_tried_for_ever(request_id: UUID) -> None:
    for attempt in range(1, MOST_ATTEMPTS + 1):
        claimed(request_id, attempt)
        set_back(request_id, lease_until="1 second")
        Sweeper().step()
    assert state(request_id) == ("failed", MOST_ATTEMPTS)
    assert told(request_id)[-1][1] == "error"


@pytest.mark.parametrize("running", [False, True])
def test_past_its_deadline_it_expires(request_id: UUID, running: bool) -> None:
    lease = claimed(request_id) if running else None
    set_back(request_id, deadline_at="1 second")
    Sweeper().step()
    assert state(request_id) == ("expired", 1)
    assert told(request_id) == [(1, "error")]
    if lease:
        with pytest.raises(LeaseLost), atomic():
            leases.finish(lease, "succeeded", [Event("done", {})])


def test_what_nobody_delivered_is_sent_again(request_id: UUID) -> None:
    assert Sweeper().step() == 0
    set_back(request_id, queued_at="61 seconds")
    assert Sweeper().step() == 1
    assert Sweeper().step() == 0
    assert state(request_id) == ("queued", 1)
    with atomic():
        assert db.session.scalar(select(func.count()).select_from(Outbox)) == 2


def test_a_running_one_stops_soon_after_the_wish(request_id: UUID) -> None:
    class Patient(Scripted):
        def answer(self, task: Any, desk: LiveDesk) -> None:
            desk.say("I begin.")
            with atomic():
                leases.cancel(request_id)
            until = time.monotonic() + 5
            while time.monotonic() < until:
                desk.pulse()

    began = time.monotonic()
    run_attempt(request_id, 1, Patient())
    assert time.monotonic() - began < 2
    assert state(request_id) == ("cancelled", 1)
    assert [kind for _, kind in told(request_id)] == ["delta", "cancelled"]


def test_a_wish_to_stop_outlives_the_attempt(request_id: UUID, lease: Lease) -> None:
    with atomic():
        leases.cancel(request_id)
    set_back(request_id, lease_until="1 second")
    Sweeper().step()
    assert state(request_id) == ("cancelled", 1)
    assert told(request_id) == [(1, "cancelled")]


def test_of_twenty_who_end_it_one_does(
    committed_app: Flask, request_id: UUID, lease: Lease
) -> None:
    def finisher(status: str, last: str) -> Callable[[], None]:
        def run() -> None:
            with committed_app.app_context(), suppress(LeaseLost), atomic():
                leases.finish(lease, status, [Event("delta", {}), Event(last, {})])

        return run

    def sweep() -> None:
        with committed_app.app_context():
            Sweeper().step()

    set_back(request_id, lease_until="1 second")
    ends = [("succeeded", "done"), ("failed", "error"), ("cancelled", "cancelled")] * 6
    at_once([*(finisher(*end) for end in ends), sweep, sweep])
    status, attempt = state(request_id)
    if status == "queued":  # the sweeper was first: nobody of attempt 1 has said a word
        assert (attempt, told(request_id)) == (2, [])
        run_attempt(request_id, 2, Scripted())
    last = [kind for _, kind in told(request_id) if kind in ("done", "error", "cancelled")]
    assert len(last) == 1
    assert [seq for seq, _ in told(request_id)] == list(range(1, len(told(request_id)) + 1))


def test_a_terminal_state_is_never_left(request_id: UUID, lease: Lease) -> None:
    with atomic():
        leases.finish(lease, "succeeded", [Event("done", {})])
    set_back(request_id, deadline_at="1 hour", queued_at="1 hour")
    with atomic():
        leases.cancel(request_id)
        assert leases.claim(request_id, 1, "test") is None
    assert Sweeper().step() == 0
    assert state(request_id) == ("succeeded", 1)
    assert told(request_id) == [(1, "done")]


def test_many_questions_at_once_keep_to_the_quota(
    committed_app: Flask, asker: Person, trip_id: UUID
) -> None:
    def put() -> bool:
        with committed_app.app_context(), suppress(TooManyRequests), atomic():
            ask(asker.user_id, trip_id, QUESTION)
            return True
        return False

    assert sum(at_once([put] * 10)) == PER_PERSON


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Call all of them in threads that start together; what they return."""
    barrier = Barrier(len(calls))

    def together(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(together, calls))
